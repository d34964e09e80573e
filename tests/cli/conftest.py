"""What tests of the command line share: a small model in a folder of its own, and a log of it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import attrs
import pytest

from clmstate.cli import main

DEAL = '''\
"""A model outside the repository."""

from clmstate import Event, Lifecycle, Phase, Play, Signal, Team, anywhere

CSM = Team("CSM")


class Base(Lifecycle):
    """A mixin: no phases."""

    health = Signal.score("health")


class Deal(Base, title="Deal", version="2"):
    """How a deal is won | and lost."""

    signed = Signal.flag("contract signed", default=False)
    notice = Event("notice received")
    bought = Event("product bought", names_instance=True)

    fresh = Phase("Fresh", initial=True, owner=CSM, goal="we know what we buy")
    won = Phase("Won", owner=CSM, standing="good")
    lost = Phase("Lost", final=True, standing="lost")

    win = fresh.to(won, when=signed & (Base.health >= 70).named("healthy"), plays=Play("Celebrate", owner=CSM))
    lose = anywhere.to(lost, on=notice)


class BigDeal(Deal, market="Enterprise"):
    """The same for large companies."""
'''

LOG = """\
customer,at,event,signed,health
Acme,2026-01-05,,,60
Acme,2026-01-20,bought,yes,
Acme,2026-02-01,,,80
Acme,2026-02-01,,,lots
Acme,2026-03-01,notice,,
"""


@attrs.frozen
class Ran:
    """What a command did."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        return json.loads(self.out)


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Callable[..., Ran]:
    """Runs the command line in process."""
    for name in ("NO_COLOR", "FORCE_COLOR", "COLUMNS", "CLMSTATE_TRACEBACK"):
        monkeypatch.delenv(name, raising=False)

    def ran(*words: object) -> Ran:
        capsys.readouterr()
        code = main([str(word) for word in words])
        said = capsys.readouterr()
        return Ran(code, said.out, said.err)

    return ran


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a model and a log, which is also the present one."""
    (tmp_path / "deal.py").write_text(DEAL)
    (tmp_path / "acme.csv").write_text(LOG)
    monkeypatch.chdir(tmp_path)
    return tmp_path
