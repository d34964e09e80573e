"""Tables that were never meant to be a log, as one; every row of every table is accounted for."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from clmstate.cli import main
from clmstate.errors import InputError
from clmstate.replay import read_log
from clmstate.replay.mapping import read_mapping
from clmstate.replay.run import replay_file
from clmstate.signals.instants import instant
from tests.replay.deal import Deal
from tests.replay.ravenstack_model import UsageCustomer

HERE = Path(__file__).parent
DEAL = f"{HERE / 'deal.py'}:Deal"
RAVENSTACK = HERE.parents[2] / "shared" / "data" / "ravenstack"


def write(folder: Path, mapping: str, **tables: str) -> Path:
    for name, text in tables.items():
        (folder / f"{name}.csv").write_text(text, "utf-8")
    path = folder / "map.toml"
    path.write_text(mapping, "utf-8")
    return path


MAPPING = """
[tables]
deals = "deals.csv"
tickets = { file = "tickets.csv", join = { table = "deals", on = "id" } }
[[row]]
from = "deals"
customer = "name"
at = "since"
values = { signed = { value = "yes" }, health = { column = "score", per = 0.05 } }
[[row]]
from = "tickets"
where = { serious = "true" }
customer = "name"
at = "opened"
not_before = "since"
count_open = { tickets = ["opened", "closed"] }
"""
DEALS = "id,name,since,score\n1,Acme,2026-01-05,4\n2,Beta,2026-01-05,40\n3,,2026-01-05,4\n"
TICKETS = """id,opened,closed,serious
1,2026-02-01,2026-02-05,true
1,2026-02-03,,true
1,2025-02-03,,true
1,2026-02-04,,false
9,2026-02-04,,true
"""


def test_every_row_of_every_table_is_used_or_rejected(tmp_path: Path) -> None:
    mapped = read_mapping(write(tmp_path, MAPPING, deals=DEALS, tickets=TICKETS), Deal)
    assert [str(row) for row in mapped.log.rows] == [
        "2026-01-05 Acme: signed=True, health=80.0",
        "2026-02-01 Acme: tickets=1",
        "2026-02-03 Acme: tickets=2",
        "2026-02-05 Acme: tickets=1",
    ]
    counts, reasons = mapped.taken([])
    assert [(c.table, c.rows, c.used, c.rejected) for c in counts] == [("deals", 3, 1, 2), ("tickets", 5, 2, 3)]
    assert {(table, row): said[:6] for table, row, said in reasons} == {
        ("deals", 2): "CLM204",
        ("deals", 3): "CLM311",
        ("tickets", 3): "CLM362",
        ("tickets", 4): "CLM361",
        ("tickets", 5): "CLM311",
    }


EVENTS = """
[tables]
told = "told.csv"
[[row]]
from = "told"
customer = "Account"
at = "Date"
event = { column = "What", words = { Cancellation = "ended" } }
values = { health = "Health" }
"""


def test_a_column_says_what_happened_as_people_call_it(tmp_path: Path) -> None:
    label = Deal.definition.events["ended"].label
    told = f"Account,Date,What,Health\nAcme,2026-01-05,,60\nAcme,2026-01-06,{label.upper()},\nBeta,2026-01-07,cancellation,5\nBeta,2026-01-08,ended,\nBeta,2026-01-09,lunch,\n"
    mapped = read_mapping(write(tmp_path, EVENTS, told=told), Deal)
    assert [str(row) for row in mapped.log.rows] == [
        "2026-01-05 Acme: health=60",
        "2026-01-06 Acme: ended",
        "2026-01-07 Beta: ended, health=5",
        "2026-01-08 Beta: ended",
    ]
    ((table, row, said),) = mapped.taken([])[1]
    assert (table, row, said[:6]) == ("told", 5, "CLM314")


def test_numbers_may_be_written_with_a_comma(tmp_path: Path) -> None:
    mapping = EVENTS.replace('told = "told.csv"', 'told = { file = "told.csv", decimal = "," }').replace(
        'health = "Health"', 'health = "Health", adopted = "Used", worth = "Value"'
    )
    told = "Account;Date;What;Health;Used;Value\nAcme;2026-01-05;;60,5;55,5 %;1.234.567,8\nBeta;2026-01-05;;7;0,25;\n"
    mapped = read_mapping(write(tmp_path, mapping, told=told), Deal)
    assert [str(row) for row in mapped.log.rows] == [
        "2026-01-05 Acme: health=60.5, adopted=0.555, worth=1234567.8",
        "2026-01-05 Beta: health=7, adopted=0.25",
    ]
    with pytest.raises(InputError, match=r"CLM360 .*, table 'told': decimal = ';' separates no decimals"):
        read_mapping(write(tmp_path, mapping.replace('decimal = ","', 'decimal = ";"'), told=told), Deal)


def test_an_event_or_a_column_that_is_called_by_its_label_is_answered_with_its_name(tmp_path: Path) -> None:
    spec = Deal.definition.events["ended"]
    log = tmp_path / "log.csv"
    log.write_text(f"customer,at,event\nAcme,2026-01-05,{spec.label.title()}\n", "utf-8")
    (rejected,) = read_log(log, Deal).rejected
    assert rejected.diagnostics[0].remedy == "write its name in the model, 'ended'"
    label = Deal.definition.signals["adopted"].label
    log.write_text(f"customer,at,{label.title()}\nAcme,2026-01-05,5\n", "utf-8")
    with pytest.raises(InputError, match=r"CLM305 .* Write its name in the model, 'adopted'\."):
        read_log(log, Deal)


def test_tables_may_come_from_a_spreadsheet(tmp_path: Path) -> None:
    """With semicolons and a byte order mark, as spreadsheets write them; in another encoding, it is said how to save them."""
    path = write(tmp_path, MAPPING, deals=DEALS, tickets=TICKETS)
    usual = read_mapping(path, Deal).taken([])
    for name in ("deals", "tickets"):
        file = tmp_path / f"{name}.csv"
        file.write_text(file.read_text("utf-8").replace(",", ";"), encoding="utf-8-sig")
    assert read_mapping(path, Deal).taken([]) == usual
    (tmp_path / "deals.csv").write_bytes("id;name\n1;Müller\n".encode("cp1252"))
    with pytest.raises(
        InputError, match=r"CLM301 .*deals\.csv: it cannot be read \(invalid utf-8 sequence\)\. Save it as CSV in UTF-8\."
    ):
        read_mapping(path, Deal)


def test_dates_are_read_as_the_table_says(tmp_path: Path) -> None:
    (tmp_path / "accounts.csv").write_text("id,since\nA,31.01.2026\nB,2026-02-01\nC,01/31/2026\nD,32.01.2026\n", "utf-8")
    (tmp_path / "calls.csv").write_text("id,at\nA,31.01.26 14:05\n", "utf-8")
    text = """[tables]
accounts = { file = "accounts.csv", dates = { since = "%d.%m.%Y" } }
calls    = { file = "calls.csv", dates = { at = "%d.%m.%y %H:%M" } }
[[row]]
from = "accounts"
customer = "id"
at = "since"
[[row]]
from = "calls"
customer = "id"
at = "at"
"""
    (tmp_path / "map.toml").write_text(text, "utf-8")
    mapped = read_mapping(tmp_path / "map.toml", Deal)
    assert [str(row.at_us) for row in mapped.log.rows] == [
        str(instant(at)) for at in ("2026-01-31", "2026-02-01", "2026-01-31T14:05:00")
    ]
    _, reasons = mapped.taken([])
    assert [(table, number) for table, number, _ in reasons] == [("accounts", 3), ("accounts", 4)]
    for old, new, said in (("since =", "sinc =", "Did you mean 'since'"), ("%d.%m.%Y", "%Q", "%d.%m.%Y"), ('"%d.%m.%Y"', "7", "7")):
        (tmp_path / "map.toml").write_text(text.replace(old, new, 1), "utf-8")
        with pytest.raises(InputError, match=re.escape(said)):
            read_mapping(tmp_path / "map.toml", Deal)


def test_reasons_are_counted_by_what_they_are_about(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "care.py").write_text(
        "from clmstate import Lifecycle, Phase, Signal\n"
        "class Care(Lifecycle):\n"
        "    health, used = Signal.score('health'), Signal.share('seats used')\n"
        "    new, won = Phase('New', initial=True), Phase('Won')\n"
        "    win = new.to(won, when=(health >= 70) & (used > 0.5))\n"
    )
    (tmp_path / "log.csv").write_text(
        "customer,at,health,used\nA,2026-01-05,good,80\nB,2026-01-05,70,80\nC,2026-01-05,70,90\nD,2026-01-05,70,0.9\n"
    )
    (tmp_path / "care.toml").write_text(
        '[tables]\nseen = "log.csv"\n[[row]]\nfrom = "seen"\ncustomer = "customer"\nat = "at"\nvalues = { health = "health", used = "used" }\n'
    )
    model = str(tmp_path / "care.py")
    assert main(["replay", model, str(tmp_path / "log.csv")]) == 0
    told = " ".join(capsys.readouterr().out.split())
    assert "2 x CLM204 used, first: " in told
    assert "1 x CLM204 health, first: " in told
    assert main(["replay", model, str(tmp_path / "care.toml")]) == 0
    told = " ".join(capsys.readouterr().out.split())
    assert "3 x seen, first row 1: CLM204 used: 80 is above 1" in told
    assert "For 80 percent write 0.8 or 80 %. 1 x seen, first row 1: CLM204 health: 'good' is no value of 'health'. Give" in told


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('from = "deals"', 'from = "dels"', "Did you mean 'deals'"),
        ('at = "since"', 'at = "sinse"', "Did you mean 'since'"),
        ('customer = "name"', 'custmer = "name"', "Did you mean 'customer'"),
        ('on = "id"', 'on = "nr"', "cannot be joined"),
        ("[tables]", "[table]", "names no tables"),
        ('"deals.csv"', '"no.csv"', "CLM301"),
        ('"deals.csv"', "7", "does not say which file"),
        ("[tables]", "empty = '-'\n[tables]", "no list of texts"),
        ("[[row]]", "[[rows]]", "no rule for any row"),
        ("join = {", "jion = {", "Did you mean 'join'"),
        ('customer = "name"', 'customer = ["name"]', "is not a text"),
        ('{ value = "yes" }', '{ vale = "yes" }', "is no value"),
        ("per = 0.05", 'per = "a lot"', "is no value"),
        ('["opened", "closed"]', '["opened"]', "names no two columns"),
        ('column = "score"', 'column = ""', "has no column ''"),
    ],
)
def test_what_is_wrong_with_a_mapping_is_told(old: str, new: str, said: str, tmp_path: Path) -> None:
    path = write(tmp_path, MAPPING.replace(old, new), deals=DEALS, tickets=TICKETS)
    with pytest.raises(InputError, match=said):
        read_mapping(path, Deal)


@pytest.mark.skipif(not RAVENSTACK.is_dir(), reason="the data set is not beside the repository (../shared/data/ravenstack)")
def test_ravenstack_replays_through_a_customer_without_users(capsys: pytest.CaptureFixture[str]) -> None:
    done = replay_file(UsageCustomer, HERE / "ravenstack.toml", tables=RAVENSTACK)
    assert done.sources is not None
    assert done.source_rejects is not None
    counts = {name: (rows, used, rejected) for name, rows, used, rejected in done.sources.rows()}
    assert {name: rows for name, (rows, _, _) in counts.items()} == {
        "accounts": 500,
        "subscriptions": 5_000,
        "usage": 25_000,
        "tickets": 2_000,
        "churn_events": 600,
    }
    assert all(rows == used + rejected for rows, used, rejected in counts.values())
    early = sum("is before start_date" in said for _, _, said in done.source_rejects.rows())
    assert early == 19_142  # as whoever gave us the data has measured
    assert done.views.phase_counts().filter(done.views.phase_counts()["phase"] == "churned")["count"].to_list() == [352]
    moved = set(done.tables.moves["transition"])
    assert {"go_live", "adopt", "relapse", "lose"} <= moved
    assert main(["replay", "tests/replay/no_model.py", str(HERE / "ravenstack.toml")]) == 2
    assert "CLM330" in capsys.readouterr().err


def test_a_mapping_says_what_counts_as_empty(tmp_path: Path) -> None:
    deals = DEALS.replace("3,,", "3,NULL,").replace("2,Beta,2026-01-05,40", "2,Beta,2026-01-05, N/A ")
    tickets = TICKETS.replace("2026-02-03,,true", "2026-02-03,-,true")
    path = write(tmp_path, MAPPING, deals=deals, tickets=tickets)
    assert {(table, row) for table, row, _ in read_mapping(path, Deal).taken([])[1]} >= {("deals", 2), ("tickets", 2)}
    said = 'empty = ["n/a", "null"]' + MAPPING.replace('file = "tickets.csv",', 'file = "tickets.csv", empty = ["-"],')
    mapped = read_mapping(write(tmp_path, said), Deal)
    assert [str(row) for row in mapped.log.rows] == [
        "2026-01-05 Acme: signed=True, health=80.0",
        "2026-01-05 Beta: signed=True",
        "2026-02-01 Acme: tickets=1",
        "2026-02-03 Acme: tickets=2",
        "2026-02-05 Acme: tickets=1",
    ]
    assert [(table, row) for table, row, _ in mapped.taken([])[1]] == [("deals", 3), ("tickets", 3), ("tickets", 4), ("tickets", 5)]


def test_rows_that_no_log_has_are_told_to_whoever_walks_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = write(tmp_path, MAPPING, deals=DEALS, tickets=TICKETS)
    assert main(["walk", DEAL, str(path)]) == 0
    told = " ".join(capsys.readouterr().out.split())
    assert "5 rows were not used" in told
    assert "table 'tickets', row 4: no rule of the mapping takes it" in told


def test_tables_of_which_no_row_can_be_used_are_no_success(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = write(
        tmp_path, MAPPING, deals="id,name,since,score\n1,Acme,soon,4\n", tickets="id,opened,closed,serious\n" + "1,,,no\n" * 8
    )
    for command in ("replay", "fleet", "walk"):
        assert main([command, DEAL, str(path)]) == 2
        told = " ".join(capsys.readouterr().err.split())
        assert "none of its 9 rows can be used; here is what is wrong with the first 5" in told
        assert "table 'deals', row 1, at: 'soon' is not a point in time. Give an ISO date" in told
    write(tmp_path, MAPPING, deals="id,name,since,score\n", tickets="id,opened,closed,serious\n")
    assert main(["replay", DEAL, str(path)]) == 0  # there is nothing, and nothing is lost
