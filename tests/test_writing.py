"""Files are written whole or not at all, whatever stands in the way."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from clmstate import InputError
from clmstate.writing import make_folder, unfinished, write


def test_a_file_is_there_only_when_it_is_complete(tmp_path: Path) -> None:
    place = tmp_path / "log.csv"
    place.write_text("as it was")
    with unfinished(place) as begun:
        begun.write_text("hal")
        assert place.read_text() == "as it was"
        begun.write_text("half and half")
    assert place.read_text() == "half and half"
    with pytest.raises(ZeroDivisionError), unfinished(place) as begun:
        begun.write_text(str(1 / 0))
    assert place.read_text() == "half and half"
    assert [file.name for file in tmp_path.iterdir()] == ["log.csv"]


def test_what_was_there_keeps_its_rights_and_a_link_stays_one(tmp_path: Path) -> None:
    real = tmp_path / "real.svg"
    real.write_text("old")
    real.chmod(0o640)
    (tmp_path / "link.svg").symlink_to(real)
    assert write(tmp_path / "link.svg", "new") == tmp_path / "link.svg"
    assert (tmp_path / "link.svg").is_symlink()
    assert real.read_text() == "new"
    assert real.stat().st_mode & 0o777 == 0o640
    plain = tmp_path / "plain"
    plain.touch()
    assert write(tmp_path / "fresh.svg", "").stat().st_mode == plain.stat().st_mode


def test_texts_are_the_same_bytes_everywhere(tmp_path: Path) -> None:
    assert write(tmp_path / "a", "→\n").read_bytes() == b"\xe2\x86\x92\n"


def test_what_is_no_file_is_written_to_and_not_replaced(tmp_path: Path) -> None:
    if not hasattr(os, "mkfifo"):
        pytest.skip("no pipes with names here")
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    try:
        write(pipe, "told")
        assert os.read(reader, 10) == b"told"
    finally:
        os.close(reader)
    assert pipe.is_fifo()


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("no/a.svg", "there is no folder"),
        ("folder", "it is a folder. Name a file in it."),
        ("file/a.svg", "it cannot be written (Not a directory)"),
        ("a\0b", "it cannot be written"),
        ("x" * 300, "it cannot be written (File name too long)"),
    ],
)
def test_what_stands_in_the_way_is_said_and_nothing_is_left(tmp_path: Path, name: str, said: str) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").touch()
    with pytest.raises(InputError, match="CLM307") as refused:
        write(f"{tmp_path}/{name}", "text")
    assert said in str(refused.value)
    assert sorted(file.name for file in tmp_path.iterdir()) == ["file", "folder"]


def test_folders_are_made_when_asked_for(tmp_path: Path) -> None:
    assert write(tmp_path / "a/b/c.txt", "text", folders=True).read_text() == "text"
    assert make_folder(tmp_path / "a" / "b").is_dir()
    with pytest.raises(InputError, match="there is a file of that name already"):
        write(tmp_path / "a/b/c.txt", "other", over=False)
    with pytest.raises(InputError, match="the folder cannot be made"):
        make_folder(tmp_path / "a/b/c.txt/d")
