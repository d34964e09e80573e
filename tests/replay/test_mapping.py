"""Tables that were never meant to be a log, as one; every row of every table is accounted for."""

from __future__ import annotations

from pathlib import Path

import pytest

from clmstate.cli import main
from clmstate.errors import InputError
from clmstate.replay.mapping import read_mapping
from clmstate.replay.run import replay_file
from tests.replay.deal import Deal
from tests.replay.ravenstack_model import UsageCustomer

HERE = Path(__file__).parent
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


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('from = "deals"', 'from = "dels"', "Did you mean 'deals'"),
        ('at = "since"', 'at = "sinse"', "Did you mean 'since'"),
        ('customer = "name"', 'custmer = "name"', "Did you mean 'customer'"),
        ('on = "id"', 'on = "nr"', "cannot be joined"),
        ("[tables]", "[table]", "names no tables"),
        ('"deals.csv"', '"no.csv"', "CLM301"),
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
