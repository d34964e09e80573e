"""roles: who does what."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from clmstate.cli import main
from tests.cli.conftest import Ran

Run = Callable[..., Ran]

MODEL = """
from clmstate import Composition, Days, Event, Lifecycle, Milestone, One, Phase, Play, Risk, Signal, Team, Touchpoint

SALES = Team("Sales", help="finds what else would help")
CUSTOMER = Team("Sponsor", side="customer")


class Deal(Lifecycle):
    signed = Signal.flag("contract signed", default=False)
    ended = Event("contract ended")
    fresh = Phase("Fresh", initial=True, owner=SALES, contributors=[CUSTOMER], goal="we know what we buy",
                  touchpoints=[Touchpoint("Kick-off", due=Days(3)), Touchpoint("Legal review", owner="Legal")])
    class run(Phase.Group):
        live = Phase("Live", owner="CSM", initial=True)
    win = fresh.to(run.live, when=signed, plays=Play("Celebrate", owner=SALES, due=Days(1)))
    back = run.live.to(fresh, on=ended, plays=Play("Celebrate", owner=SALES, due=Days(1)))


class Account(Composition):
    deal = One(Deal)
    other = One(Deal)
"""


def test_each_team_sees_what_it_does(run: Run, folder: Path) -> None:
    (folder / "model.py").write_text(MODEL)
    out = " ".join(run("roles", "model.py:Deal").out.split())
    for said in (
        "Sales finds what else would help owns Fresh: we know what we buy",
        "leads Kick-off (Fresh, within 3 days)",
        "does Celebrate (when contract signed, within 1 day)",
        "takes over Live → Fresh (from CSM): contract ended",
        "hands over Fresh → Live (to CSM): contract signed",
        "Sponsor the customer's people contributes to Fresh: we know what we buy",
        "Legal leads Legal review (Fresh)",
        "CSM owns Run: Live",
    ):
        assert said in out, (said, out)
    assert out == " ".join(run("roles", "model.py:Account").out.split())  # the same lifecycle twice is one
    assert "## Sponsor (the customer's people)" in run("roles", "model.py:Deal", "--md").out
    assert "Legal" not in run("roles", "model.py:Deal", "--team", "CSM").out
    assert "Did you mean 'Legal'" in run("roles", "model.py:Deal", "--team", "Leagl").err
    document = run("roles", "model.py:Deal", "--json").document
    assert [role["team"]["name"] for role in document["roles"]] == ["Sales", "Sponsor", "Legal", "CSM"]


def test_shipped_models_have_roles() -> None:
    assert main(["roles", "models/dynamic/customer.py:Customer", "--md"]) == 0
