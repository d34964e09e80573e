"""Tables: what each cell means, and what is wrong with it."""

from __future__ import annotations

from pathlib import Path

import pytest

from clmstate.errors import InputError
from clmstate.testing import ScenarioFailure, read_table_file, read_tables, understand
from tests.testing.deal import Deal, Site

STORY = """
Prose is left alone, | bars too.

## Wins
| at         | signed | health | due_on | takes | phase | plays     | reaches   | story       |
|------------|--------|--------|--------|-------|-------|-----------|-----------|-------------|
| 2026-01-05 | yes    | 69     | +90    |       | Open  | Celebrate | First win | they signed |
| +7         |        | 70     |        | win   | won   | -         | -         |             |

### Is lost
| at         | given | health | send            | takes |
|:-----------|-------|-------:|-----------------|-------|
| 2026-01-05 | Won   | 90     |                 |       |
| +1 d       |       | ?      | notice received | lose  |
"""


def test_markdown() -> None:
    wins, lost = read_tables(STORY)
    assert (wins.title, lost.title) == ("Wins", "Is lost")
    told = understand(Deal, wins).play()
    assert told.customer.due_on.isoformat() == "2026-04-05"
    assert understand(Deal, lost).play().customer.health is None


def test_csv_with_several_scenarios(tmp_path: Path) -> None:
    file = tmp_path / "deals.csv"
    file.write_text(
        "scenario;at;signed;health;takes\nwins;2026-01-05;yes;70;win\n;+1;;;\nwaits;2026-01-05;no;70;\n", encoding="utf-8"
    )
    tables = read_table_file(file)
    assert [table.title for table in tables] == ["wins", "waits"]
    assert [understand(Deal, table).play().phase.path for table in tables] == ["won", "offered"]


def test_a_whole_customer() -> None:
    table = read_tables("""
| at         | part        | joins | leaves | logins | takes    | phase |
|------------|-------------|-------|--------|--------|----------|-------|
| 2026-01-05 | office      |       |        |        |          | Dark  |
| +1         | people/dana | yes   |        | 5      | begin    |       |
|            | people/eli  | yes   |        |        |          | Idle  |
|            | office      |       |        |        | turn_on  | Lit   |
| +1         | people/dana |       | yes    |        |          |       |
|            | office      |       |        |        | turn_off | Dark  |
""")[0]
    assert list(understand(Site, table).play().phases) == ["office", "people/eli"]


def test_a_row_that_fails_is_shown_first() -> None:
    table = read_tables("| at | signed | health | takes |\n|--|--|--|--|\n| 2026-01-05 | yes | 60 | |\n| +7 | | 69 | win |")[0]
    with pytest.raises(ScenarioFailure) as caught:
        understand(Deal, table).play()
    lines = str(caught.value).splitlines()
    assert lines[:5] == [
        "Deal, step 2 on 2026-01-12: 'win' expected, but nobody moved",
        "",
        "  the row, in table, row 2 (line 4)",
        "    at │ health │ takes",
        "    +7 │ 69     │ win",
    ]
    assert lines[-1] == "    health 70, instead of 69"


def test_what_the_model_refuses_names_the_row() -> None:
    table = read_tables("| at | health |\n|--|--|\n| 2026-01-05 | 60 |\n| 2026-01-01 | 69 |")[0]
    with pytest.raises(InputError, match=r"CLM205 table, row 2 \(line 4\): Deal: 2026-01-01 is before 2026-01-05"):
        understand(Deal, table).play()


ONE_ROW = "| at | {} |\n|--|--|\n| 2026-01-05 | {} |"


@pytest.mark.parametrize(
    ("column", "cell", "said"),
    [
        ("helth", "3", "CLM382 table: there is no column 'helth'. Did you mean 'health'"),
        ("health", "much", r"CLM383 table, row 1 \(line 3\), health: 'much' is not a number. Give a number from 0 to 100"),
        ("health", "130", "health: 130 is above 100"),
        ("signed", "perhaps", "signed: 'perhaps' is not allowed"),
        ("due_on", "soon", "due_on: 'soon' is not a point in time"),
        ("seats", "1.5", "seats: 1.5 is not a whole number"),
        ("takes", "wni", "takes: 'wni' is no transition. Did you mean 'win'"),
        ("phase", "Wonn", "phase: 'Wonn' is no phase. Did you mean 'Won'"),
        ("given", "Wonn", "given: 'Wonn' is no phase"),
        ("send", "notise", "send: 'notise' is no event. Did you mean 'notice'"),
        ("plays", "Call", "plays: 'Call' is not known. Did you mean 'Call them'"),
        ("reaches", "First", "reaches: 'First' is not known"),
    ],
)
def test_bad_cells(column: str, cell: str, said: str) -> None:
    with pytest.raises(InputError, match=said):
        understand(Deal, read_tables(ONE_ROW.format(column, cell))[0])


@pytest.mark.parametrize(
    ("part", "said"),
    [
        ("offise", "part: there is no part 'offise'. Did you mean 'office'"),
        ("people", "part: 'people' names no member. Write people/dana"),
        ("office/dana", "part: 'office/dana' is no part"),
    ],
)
def test_bad_parts(part: str, said: str) -> None:
    table = read_tables(f"| at | part | takes |\n|--|--|--|\n| 2026-01-05 | {part} | |")[0]
    with pytest.raises(InputError, match=said):
        understand(Site, table)


def test_all_that_is_wrong_is_said_at_once() -> None:
    text = "| at | health | takes |\n|--|--|--|\n| never | x | y |\n| +x | | |"
    with pytest.raises(InputError) as caught:
        understand(Deal, read_tables(text)[0])
    assert len(caught.value.diagnostics) == 4


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("no table here", "CLM381 table: there is no table in it"),
        ("| at | at |\n|--|--|\n", "the column 'at' is there twice"),
        ("| at |\n|--|\n| 2026-01-05 | 3 |", "it has 2 cells, but there are 1 columns"),
    ],
)
def test_no_tables(text: str, said: str) -> None:
    with pytest.raises(InputError, match=said):
        read_tables(text)


def test_tables_without_times_or_rows() -> None:
    with pytest.raises(InputError, match="there is no column 'at'"):
        understand(Deal, read_tables("| health |\n|--|\n| 3 |")[0])
    with pytest.raises(InputError, match="CLM381 table: the table has no rows"):
        understand(Deal, read_tables("| at |\n|--|\n")[0])
    with pytest.raises(InputError, match="counts from the row before, and there is none"):
        understand(Deal, read_tables("| at |\n|--|\n| +3 |")[0])


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "deals.md").write_text("| at |\n|--|\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"CLM301 deels\.md: there is no such file. Did you mean 'deals\.md'"):
        read_table_file(tmp_path / "deels.md")
    (tmp_path / "empty.csv").write_text("at,health\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"CLM381 empty\.csv: there is no row in it"):
        read_table_file(tmp_path / "empty.csv")
