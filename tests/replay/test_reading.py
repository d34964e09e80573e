"""Reading logs: what a cell means, what a row may say, and what is said about a file that is no log."""

from __future__ import annotations

import datetime as dt
import os
import sys
from pathlib import Path

import pytest

from clmstate import InputError
from clmstate.replay import Log, Row, read_log, shape_of
from clmstate.replay.cells import read_cell, write_cell
from clmstate.replay.lines import LONGEST_LINE
from clmstate.signals import instant

from .deal import Deal

JAN = instant("2026-01-01")


def read(tmp_path: Path, text: str | bytes, name: str = "log.csv", **more: object) -> Log:
    path = tmp_path / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_log(path, Deal, **more)  # type: ignore[arg-type]


def refused(tmp_path: Path, text: str | bytes, name: str = "log.csv") -> list[str]:
    with pytest.raises(InputError) as caught:
        read(tmp_path, text, name)
    return [f"{d.code} {d.cause} {d.remedy}" for d in caught.value.diagnostics]


def why(log: Log) -> list[tuple[int, str]]:
    return [(r.number, d.code) for r in log.rejected for d in r.diagnostics]


@pytest.mark.parametrize(
    ("signal", "raw", "stored"),
    [
        ("signed", "yes", True),
        ("signed", "No", False),
        ("signed", "TRUE", True),
        ("signed", " false ", False),
        ("signed", "1", True),
        ("signed", 0, False),
        ("signed", True, True),
        ("tickets", "3", 3),
        ("tickets", "3.0", 3),
        ("tickets", 3.0, 3),
        ("nps", "-40", -40),
        ("hours", "1.25e1", 12.5),
        ("hours", ".5", 0.5),
        ("adopted", "0.8", 0.8),
        ("adopted", "80 %", 0.8),
        ("adopted", "80.1%", 0.801),
        ("adopted", "7%", 0.07),
        ("trend", "-20 %", -0.2),
        ("health", "70", 70),
        ("waiting", "14", 14),
        ("renewal_on", "1970-01-02", 86_400_000_000),
        ("renewal_on", "1970-01-01T02:00+02:00", 0),
        ("renewal_on", dt.date(1970, 1, 2), 86_400_000_000),
        ("worth", "12000.5", 12000.5),
        ("plan", "Pro", "Pro"),
        ("plan", " Pro ", "Pro"),
        ("plan", "none", "none"),
        ("health", "", None),
        ("health", "NaN", None),
        ("health", "null", None),
        ("health", float("nan"), None),
        ("health", None, None),
        ("plan", "", None),
        ("plan", "nan", None),
    ],
)
def test_what_a_cell_means(signal: str, raw: object, stored: object) -> None:
    spec = Deal.definition.signals[signal]
    value = read_cell(spec, raw, "here")
    assert value == stored
    assert type(value) is type(stored)
    if value is not None:
        assert read_cell(spec, write_cell(spec, value), "here") == value


@pytest.mark.parametrize(
    ("signal", "raw", "said"),
    [
        ("signed", "ja", "yes or no"),
        ("signed", 2, "True or False"),
        ("tickets", "2.5", "whole number"),
        ("tickets", "-1", "below 0"),
        ("tickets", True, "not a number"),
        ("nps", "9" * 5000, "is no value"),
        ("nps", "9" * 25, "above 100"),
        ("hours", "1,5", "decimal point"),
        ("hours", "1_000", "decimal point"),
        ("hours", "inf", "decimal point"),
        ("hours", "1e999", "finite"),
        ("hours", "٣", "decimal point"),
        ("adopted", "80", "0.8 or 80 %"),
        ("adopted", 80, "0.8 or 80 %"),
        ("adopted", "eighty %", "such as 80 %"),
        ("adopted", "1e9999 %", "finite"),
        ("health", "70 %", "decimal point"),
        ("health", [1], "not a number"),
        ("worth", "12,000 EUR", "thousands separators"),
        ("renewal_on", "31.01.2026", "point in time"),
        ("renewal_on", 20260131, "point in time"),
        ("renewal_on", "0001-01-01T00:00+14:00", "years 1 to 9999"),
        ("plan", "Gold", "'Team', 'Pro', 'none'"),
    ],
)
def test_what_a_cell_may_not_be(signal: str, raw: object, said: str) -> None:
    with pytest.raises(ValueError, match=r"CLM20[46] log\.csv, line 7, ") as caught:
        read_cell(Deal.definition.signals[signal], raw, f"log.csv, line 7, {signal}")
    assert said in str(caught.value)


def test_columns_may_be_fewer_and_in_any_order(tmp_path: Path) -> None:
    log = read(tmp_path, "at,health,customer\n2026-01-01,80,Acme\n2026-01-02,,Acme\n")
    assert log.rows == (Row("Acme", JAN, values={"health": 80}), Row("Acme", instant("2026-01-02")))
    assert [row.number for row in log.rows] == [2, 3]
    assert not log.rejected


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_what_spreadsheets_write(tmp_path: Path, separator: str, end: str, mark: bytes) -> None:
    rows = [["customer", "at", "plan", "", ""], ["Käse & Co", "2026-01-01", "Pro", "", ""], ["", "", "", "", ""]]
    text = end.join(separator.join(row) for row in rows) + end
    log = read(tmp_path, mark + text.encode())
    assert log.rows == (Row("Käse & Co", JAN, values={"plan": "Pro"}),)
    assert len(log) == 1  # separators alone are an empty row


def test_notes_above_the_header_and_blank_lines_are_no_rows(tmp_path: Path) -> None:
    log = read(tmp_path, "# clmstate-log 1\n# from the warehouse\n\ncustomer,at\n\nAcme,2026-01-01\n   \n")
    assert len(log) == 1
    assert log.rows[0].number == 6


def test_everything_that_is_wrong_with_a_row_is_said_together(tmp_path: Path) -> None:
    log = read(tmp_path, 'customer,at,event,details,health\n,soon,notise,"{",110\n')
    assert why(log) == [(2, "CLM311"), (2, "CLM206"), (2, "CLM315"), (2, "CLM314"), (2, "CLM204")]
    assert "did you mean 'notice'" in [d.remedy for d in log.rejected[0].diagnostics][3]


@pytest.mark.parametrize(
    ("event", "details", "code"),
    [
        ("notice", "", None),
        ("bought", '{"instance": "crm"}', None),
        ("bought", "", None),
        ("@start", '{"phase": "won", "since": "2025-01-01"}', None),
        ("@start", '{"phase": "won", "since": null}', None),
        ("@move", '{"to": "won", "by": "Dana", "reason": "signed on paper", "hold_until": "2026-02-01"}', None),
        ("@skip", '{"touchpoint": "Kick-off call", "by": "Dana", "why": "they know us"}', None),
        ("@clear", '{"signals": ["health", "plan"]}', None),
        ("@start", "", "CLM315"),
        ("@start", '{"phase": "wonn"}', "CLM203"),
        ("@start", '{"phase": "won", "sinse": "2025-01-01"}', "CLM315"),
        ("@start", '{"phase": "won", "since": "then"}', "CLM206"),
        ("@start", '{"phase": "\\ud800"}', "CLM315"),
        ("@move", '{"to": "won", "by": "Dana"}', "CLM315"),
        ("@move", '{"to": "won", "by": "", "reason": "x"}', "CLM315"),
        ("@skip", '{"touchpoint": "Kick-of call", "by": "Dana", "why": "x"}', "CLM315"),
        ("@clear", '{"signals": ["helth"]}', "CLM315"),
        ("@clear", '{"signals": "health"}', "CLM315"),
        ("@clear", '{"signals": [["health"]]}', "CLM315"),
        ("@stop", "", "CLM314"),
        ("@join", "", "CLM314"),
        ("@leave", "", "CLM314"),
        ("notice", '{"instance": "crm"}', "CLM315"),
        ("bought", '{"instance": 7}', "CLM315"),
        ("bought", '["crm"]', "CLM315"),
        ("bought", "[" * 100_000, "CLM315"),
        ("bought", '{"instance": "a", "instance": "b"}', "CLM315"),
        ("", '{"instance": "crm"}', "CLM315"),
    ],
)
def test_events_and_their_details(tmp_path: Path, event: str, details: str, code: str | None) -> None:
    quoted = details.replace('"', '""')
    log = read(tmp_path, f'customer,at,event,details\nAcme,2026-01-01,{event},"{quoted}"\n')
    assert {c for _, c in why(log)} == ({code} if code else set())
    assert len(log) == 1


@pytest.mark.parametrize(
    ("broken", "cause"),
    [
        ("Acme,2026-01-02", "2 fields where the header has 3"),
        ("Acme,2026-01-02,80,more", "4 fields where the header has 3"),
        ('Acme,"2026-01-02,80', "a quote is opened and never closed"),
        ('Acme,"2026-01-02"x,80', "no CSV"),
        ("Acme,2026-01-02,\udcff", "byte 17 (0xff) is not UTF-8"),
        ("Acme," + "x" * LONGEST_LINE + ",80", f"longer than {LONGEST_LINE:,} bytes"),
        ("Acme,2026-01-02," + "1" * 200_000, "field larger than field limit"),
    ],
)
def test_a_broken_line_costs_that_row_only(tmp_path: Path, broken: str, cause: str) -> None:
    text = f"customer,at,health\nAcme,2026-01-01,80\n{broken}\nAcme,2026-01-03,70\nAcme,2026-01-04,60\n"
    log = read(tmp_path, text.encode(errors="surrogateescape"))
    assert [row.number for row in log.rows] == [2, 4, 5]
    assert [r.number for r in log.rejected] == [3]
    assert cause in log.rejected[0].diagnostics[0].cause


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("log.csv", "customer,at\nAcme,2026-01-01\nM\xfcller,2026-01-01\n"),
        ("log.csv", "K\xfcnde,at\n"),
        ("log.jsonl", '{"customer": "Acme", "at": "2026-01-01"}\n{"customer": "M\xfcller"}'),
        ("log.jsonl", '{"customer": "M\xfcller"}'),
    ],
)
def test_a_log_of_an_old_spreadsheet_is_told_how_to_be_saved(tmp_path: Path, name: str, line: str) -> None:
    try:
        told = read(tmp_path, line.encode("cp1252"), name).rejected[0].diagnostics
    except InputError as error:
        told = error.diagnostics
    assert [d.remedy for d in told] == ["save the file as UTF-8: it looks like Windows-1252, in which this byte is 'ü'"]


def test_a_quoted_field_may_span_lines(tmp_path: Path) -> None:
    log = read(tmp_path, 'customer,at,details\n"Acme\nLtd",2026-01-01,\nAcme,2026-01-02,\n')
    assert [(row.number, row.customer) for row in log.rows] == [(2, "Acme\nLtd"), (4, "Acme")]


def test_json_lines_say_their_types_themselves(tmp_path: Path) -> None:
    text = """\
{"customer": "Acme", "at": "2026-01-01", "health": 80, "signed": true, "plan": null, "nps": NaN}

{"customer": "Acme", "at": "2026-01-02", "event": "bought", "details": {"instance": "crm"}}
{"customer": "Acme", "at": "2026-01-03", "helth": 80}
{"customer": "Acme", "at": "2026-01-03", "health": 80, "health": 70}
["Acme"]
{"customer": "Acme", "at":
{"customer": "\\ud800", "at": "2026-01-03"}
{"customer": 7, "at": "2026-01-03"}
{"customer": "Acme", "at": 3}
"""
    log = read(tmp_path, text, "log.jsonl")
    assert [(r.number, r.customer, dict(r.values)) for r in log.rows] == [
        (1, "Acme", {"health": 80, "signed": True}),
        (3, "Acme", {}),
        (9, "7", {}),
    ]
    assert why(log) == [(4, "CLM305"), (5, "CLM310"), (6, "CLM310"), (7, "CLM310"), (8, "CLM311"), (10, "CLM206")]


def test_a_file_that_is_no_log_is_refused_as_a_whole(tmp_path: Path) -> None:
    assert refused(tmp_path, "") == ["CLM302 it is empty give it a header such as customer,at,event and rows"]
    assert "CLM304 the column 'customer' is missing did you mean 'custommer'?" in refused(
        tmp_path, "custommer,at\nAcme,2026-01-01\n"
    )
    assert refused(tmp_path, "customer,at,at,helth\n") == [
        "CLM305 the column 'at' is there twice rename or remove one of them",
        "CLM305 Deal has no signal for the column 'helth' did you mean 'health'?",
    ]
    assert "UTF-16" in refused(tmp_path, "customer,at\n".encode("utf-16"))[0]
    assert "it is a Parquet file" in refused(tmp_path, b"PAR1xxxx")[0]
    assert "workbook" in refused(tmp_path, b"PK\x03\x04xxxx")[0]
    assert "first line cannot be read" in refused(tmp_path, b"\xff\xfe1,2\n".replace(b"\xff\xfe", b"\xe4"))[0]
    assert "carriage return" in refused(tmp_path, b"customer,at\rAcme,2026-01-01\r")[0]
    assert "longer than" in refused(tmp_path, b"x" * (LONGEST_LINE + 10))[0]
    assert "version '2'" in refused(tmp_path, "# clmstate-log 2\ncustomer,at\n")[0]
    assert "version '2'" in refused(tmp_path, '{"clmstate-log": 2}\n', "log.jsonl")[0]
    assert "first line is no JSON object" in refused(tmp_path, "customer,at\n", "log.jsonl")[0]
    assert "CLM302 it is empty" in refused(tmp_path, "\n\n", "log.jsonl")[0]
    assert "CLM302 it is no Parquet file" in refused(tmp_path, "customer,at\n", "log.parquet")[0]
    assert "CLM303 the ending '.xls'" in refused(tmp_path, "customer,at\n", "log.xls")[0]


def test_a_file_that_cannot_be_opened(tmp_path: Path) -> None:
    (tmp_path / "acme.csv").write_text("customer,at\n")
    for path, said in [
        (tmp_path / "acne.csv", "Did you mean 'acme.csv'?"),
        (tmp_path / "no" / "acme.csv", "there is no folder"),
        (tmp_path / "folder.csv", "it is a folder"),
        (Path("a\0b.csv"), "it cannot be read"),
    ]:
        if path.name == "folder.csv":
            path.mkdir()
        with pytest.raises(InputError) as caught:
            read_log(path, Deal)
        assert caught.value.diagnostics[0].code == "CLM301"
        assert said in str(caught.value)


def test_columns_can_be_passed_over(tmp_path: Path) -> None:
    log = read(tmp_path, "customer,at,city\nAcme,2026-01-01,Bonn\n", ignore=["city"])
    assert len(log.rows) == 1


def test_a_line_of_a_gigabyte_is_not_loaded(tmp_path: Path) -> None:
    """A sparse file stands for it; the memory of this process tells whether it was loaded."""
    resource = pytest.importorskip("resource")
    path = tmp_path / "huge.csv"
    with path.open("wb") as file:
        file.write(b"customer,at\nAcme,2026-01-01\n")
        file.seek(300_000_000, os.SEEK_CUR)
        file.write(b"\nAcme,2026-01-02\n")
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    log = read_log(path, Deal)
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert [row.number for row in log.rows] == [2, 4]
    assert [r.number for r in log.rejected] == [3]
    assert (after - before) * (1 if sys.platform == "darwin" else 1024) < 30_000_000


def test_polars_is_asked_for_where_it_is_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "polars", None)
    (said,) = refused(tmp_path, b"PAR1", "log.parquet")
    assert said.startswith("CLM306 Parquet needs the package polars, which is not installed")
    assert "pip install 'clmstate[parquet]'" in said


def test_progress_is_told(tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    read(tmp_path, "customer,at\n" + "Acme,2026-01-01\n" * 30_000, progress=lambda done, total: told.append((done, total)))
    assert len(told) > 1
    assert told[-1][0] == told[-1][1] == 12 + 16 * 30_000


def test_a_shape_knows_parts_and_columns() -> None:
    shape = shape_of(Deal)
    assert list(shape.parts) == [""]
    assert list(shape.columns) == list(Deal.definition.signals)
