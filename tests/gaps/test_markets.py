"""The table of what differs from market to market."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import models.management
from clmstate import Lifecycle, Phase, Signal, Threshold, Transition
from clmstate.cli import main
from clmstate.gaps import market_differences
from models.management import EnterpriseRelationship, Relationship, SmallBusinessRelationship

MANAGEMENT = str(Path(models.management.__file__).parent)


class Deal(Lifecycle):
    used = Signal.share("use")
    enough = Threshold(0.5, help="half")
    trial = Phase("Trial", initial=True, owner="Sales")
    paying = Phase("Paying", owner="Sales")
    pay = trial.to(paying, when=used >= enough)
    back = paying.to(trial, when=used < 0.1)


class Big(Deal, market="Enterprise"):
    enough = Threshold(0.3, help="a division")
    paying = Deal.paying.evolve(owner="Account team")
    back = Transition.dropped()


def test_only_what_differs_is_told_and_limits_once() -> None:
    found = {(row.what, row.aspect): row.values for row in market_differences([Deal, Big])}
    assert found == {
        ("enough", ""): ("50 %", "30 %"),
        ("Paying", "owner"): ("Sales", "Account team"),
        ("back", "rule"): ("use below 10 %", ""),  # and not 'pay', whose limit is told above
    }


def test_the_markets_of_the_management_model() -> None:
    found = {
        (row.what, row.aspect): row.values
        for row in market_differences([Relationship, SmallBusinessRelationship, EnterpriseRelationship])
    }
    assert found["window opens", ""] == ("90", "30", "180")
    assert found["Get value", "owner"] == ("Customer Success", "Support", "Account team")
    assert found["skip talks", "rule"] == ("", "trial asked for", "")


def test_the_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["markets", MANAGEMENT, "--json"]) == 0
    (told,) = json.loads(capsys.readouterr().out)["lifecycles"]
    assert list(told["markets"].values()) == ["all others", "SMB", "Mid-market", "Enterprise"]
    assert main(["markets", MANAGEMENT]) == 0
    assert "Guided trial" in capsys.readouterr().out
    assert main(["markets", MANAGEMENT, "--md"]) == 0
    assert "| **window opens**  | 90 | 30 | 120 | 180 |" in capsys.readouterr().out
    assert main(["markets", f"{MANAGEMENT}/relationship.py"]) == 2
    assert "CLM336" in capsys.readouterr().err
