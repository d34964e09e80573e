"""CSV in columns: whatever stands in a file, the same rows are used, the same lines are rejected, and with the same words, as row by row."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from clmstate import Event, Lifecycle, Phase, Signal
from clmstate.errors import InputError
from clmstate.replay.choices import Engine
from clmstate.replay.csvcolumns import CsvSource
from clmstate.replay.csvfile import read_csv
from clmstate.replay.lines import LONGEST_LINE, lines
from clmstate.replay.rows import Record, Rejected
from clmstate.replay.run import Replayed, replay_file


class Deal(Lifecycle):
    """A deal with a signal of every kind."""

    health = Signal.score("health", 0, 100)
    adopted = Signal.share("users adopted")
    signed = Signal.flag("contract signed", default=False)
    plan = Signal.choice("plan", "free", "paid")
    renewal = Signal.date("renewal")
    change = Signal.number("change", step=1)
    asked = Event("call asked for")
    talks = Phase("In talks", initial=True)
    won = Phase("Won")
    win = talks.to(won, when=signed & (health >= 70))
    lose = won.to(talks, when=(adopted < 0.5) | (change < 0))
    call = won.stay(on=asked)


ENGINES: tuple[Engine, Engine] = ("columnar", "compiled")
HEADER = "customer,at,event,details,health,adopted,signed,plan,renewal,change"


def by_rows(path: Path) -> tuple[list[tuple[int, dict[str, str]]], list[Rejected]]:
    """What the reader of rows finds: what each row says, and what is no row."""
    with path.open("rb") as file:
        found = list(read_csv(str(path), lines(file, str(path))))
    said = [(r.number, {k: v for k, v in r.cells.items() if v}) for r in found if isinstance(r, Record)]
    return said, [r for r in found if isinstance(r, Rejected)]


def by_columns(path: Path, at_once: int) -> tuple[list[tuple[int, dict[str, str]]], list[Rejected]]:
    """The same by columns, read so many bytes at a time."""
    pieces = CsvSource(Deal, path).pieces(at_once)
    said = []
    for piece in pieces:
        for row in piece.iter_rows(named=True):
            said.append((row.pop("__row"), {k: v for k, v in row.items() if v}))
    return said, list(pieces.rejected)


PARTS = [
    b"Acme,2026-01-30,,,80,,,,,", b'"Acme",2026-01-31,asked,,,,,,,', b'"A,cme",2026-01-31,,,7,,,,,', b'A"cme,2026-01-31,,,,,,,,',
    b'Acme,2026-02-01,asked,"{""instance"": ""x""}",,,,,,', b'Acme,"2026\n-02-02",,,,,,,,', b'Acme,2026-02-03,"never closed,,,,,,,',
    b",,,,,,,,,", b"", b"  \t ", b"Acme,2026-02-04", b"Acme,2026-02-04,,,,,,,,,,", b"Acme,2026-02-04,,,,,,,,,x", b'"",2026-01-30,,,,,,,,',
    b"Acm\xff,2026-02-04,,,,,,,,", "Ünal,2026-02-04,,,1,,,,,".encode(), b"A\x00cme,2026-02-05,,,,,,,,", b"A\rcme,2026-02-06,,,,,,,,",
    b'"Acme" ,2026-02-06,,,,,,,,', b' "Acme",2026-02-06,,,,,,,,', b"#Acme,2026-02-07,,,,,,,,", b'""', b'"', b'Acme,2026-02-08,,,,,,,,""',
    b'"Acme""s",2026-02-08,,,,,,,,"1"', b"A\x1ccme,2026-02-09,,,,,,,,3",
]  # fmt: skip


def test_lines_of_every_sort_are_read_as_rows_read_them(tmp_path: Path) -> None:
    """Quotes, breaks inside quotes, lines that are no text, blank ones, ends of all sorts; in blocks of every size."""
    path = tmp_path / "log.csv"
    for seed in range(90):
        rng = random.Random(seed)
        told = [HEADER.encode()] + [rng.choice(PARTS) for _ in range(rng.randrange(12))]
        if seed % 3 == 0:
            told = [b"\xef\xbb\xbf# clmstate log 1", *told]
        text = b"".join(line + rng.choice([b"\n", b"\n", b"\r\n", b"\r\r\n"] if seed % 3 == 1 else [b"\n"]) for line in told)
        path.write_bytes(text if seed % 4 else text.rstrip(b"\r\n"))
        expected = by_rows(path)
        for at_once in (1 << 20, 64, 17):
            assert by_columns(path, at_once) == expected, (seed, at_once)


def test_a_line_that_is_too_long_costs_itself_only(tmp_path: Path) -> None:
    """Also one that is longer than all that is read at once, at the end or not, and one that is just not too long."""
    path = tmp_path / "log.csv"
    plain = b"Acme,2026-01-30,,,80,,,,,\n"
    for size in (LONGEST_LINE - 30, LONGEST_LINE, LONGEST_LINE + 1, LONGEST_LINE + 2, 2 * LONGEST_LINE):
        line = b"x" * size
        for end in (b"\n" + plain, b"\n", b""):
            path.write_bytes(HEADER.encode() + b"\n" + plain + line + end)
            expected = by_rows(path)
            for at_once in (1 << 16, 1 << 22):
                assert by_columns(path, at_once) == expected, (size, end, at_once)


CELLS = {
    "customer": ["Acme", "Beta", "Acme", "Beta", "Acme", "Beta", " Acme ", "", '"Acme"', "Gamma", "\u00a0Acme", "Ünal"],
    "at": [f"2026-0{month}-{day:02}" for month in (1, 2) for day in range(1, 29)]
    + ["2026-01-05 09:00", "2026-01-05T09:00Z", "2026-01-06T23:59:59.5+02:00", "2026-1-7", " 2026-01-08", "soon", "", "2026-02-30", "0000-01-01"],
    "event": [""] * 12 + ["asked", " asked", "unknown", "@move", "@start"],
    "details": [""] * 12 + ['"{""to"": ""won"", ""by"": ""Ann"", ""reason"": ""so""}"', "x"],
    "health": ["", "80", "20", " 75 ", "7e1", "101", "nan", "many", "75.5", "-0"],
    "adopted": ["", "", "0.4", "80 %", "0.9", ".5", "1.", "8", "NULL"],
    "signed": ["", "yes", "YES", "no", "true", "1", "0", "2", "si"],
    "plan": ["", "", "free", "paid", " paid", "Paid", "none", "gold"],
    "renewal": ["", "", "2026-03-01", "2026-03-01T10:00", "01.03.2026", "nan", "2026-3-1"],
    "change": ["", "", "5", "-5", "inf", "1e400", "+3", "1_000", "1e-400", "infinity"],
}  # fmt: skip


def _random_log(path: Path, seed: int, rows: int) -> None:
    rng = random.Random(seed)
    told = [HEADER]
    for _ in range(rows):
        cells = {name: rng.choice(words) if rng.random() < 0.5 else words[0] for name, words in CELLS.items()}
        cells["at"], cells["customer"] = rng.choice(CELLS["at"]), f"{rng.choice(CELLS['customer'])}{rng.choice(['', '', 1, 2, 3])}"
        told.append(",".join(cells.values()))
    if seed % 2:
        told[1:] = sorted(told[1:], key=lambda line: line.split(",")[:2])
    path.write_text("\n".join(told) + "\n", "utf-8")


def _told(done: Replayed) -> dict[str, object]:
    order = {"moves": ["customer", "at", "round"], "stays": ["customer", "entered", "phase", "ended"], "rejects": ["row"]}
    tables = {name: table.sort(*order.get(name, ["customer"]), maintain_order=True).rows() for name, table in done.tables}
    return {"counts": done.counts, **tables}


@pytest.mark.parametrize("seed", range(4))
def test_replays_of_random_texts_find_the_same(tmp_path: Path, seed: int) -> None:
    """Every cell in every spelling, sorted and not: all tables, counts and reasons."""
    path = tmp_path / "log.csv"
    _random_log(path, seed, 400)
    assert _told(replay_file(Deal, path, engine="columnar")) == _told(replay_file(Deal, path, engine="compiled"))


@pytest.mark.parametrize(
    "text", ["", "customer,when\n", "customer,at,healt\n", '"customer,at\n', "customer\0,at\n", "customer,at,at\n"]
)
def test_files_that_are_no_log_are_refused_with_the_same_words(tmp_path: Path, text: str) -> None:
    """As a whole, before anything is played."""
    path = tmp_path / "log.csv"
    path.write_text(text)
    said = []
    for engine in ENGINES:
        with pytest.raises(InputError) as refused:
            replay_file(Deal, path, engine=engine)
        said.append(str(refused.value))
    assert said[0] == said[1]
