"""What Python says about a line of a model is followed by what to write instead, where somebody can know."""

from __future__ import annotations

from pathlib import Path

import pytest

from clmstate.cli.importing import ImportFault, import_file
from clmstate.cli.models import load
from clmstate.errors import DefinitionError, InputError

MODEL = """\
from clmstate import Lifecycle, Phase, Signal

class Deal(Lifecycle):
    signed = Signal.flag("signed")
    used = Signal.share("seats used")
    ends_on = Signal.date("end")
    new = Phase("New", initial=True)
    won = Phase("Won")
    lost = Phase("Lost", final=True)
    win = new.to(won, when=signed)
"""

SLIPS = [
    ("Signal.share(", "Signal.percent(", "line 5", "did you mean 'share'?"),
    ("Signal.flag(", "Signal.boolean(", "line 4", "did you mean 'flag'?"),
    ("Signal.flag(", "Signal.xyz(", "line 4", "there are: change, choice, count, date"),
    (
        "new.to(won, when=signed)",
        "[new, won].to(lost, when=signed)",
        "line 10",
        "join phases with |, as in (adoption | success).to",
    ),
    (
        "new.to(won, when=signed)",
        "new.to(won, signed)",
        "line 10",
        "give what follows by its name, as in Phase.to(target, when=...",
    ),
    (
        "new.to(won, when=signed)",
        "(new | won).to(lost, signed)",
        "line 10",
        "give what follows by its name, as in Phase.to(target, when=...",
    ),
    ("when=signed", "event=signed", "line 10", "did you mean 'on'?"),
    ("when=signed", "condition=signed", "line 10", "did you mean 'when'?"),
    ("new.to(", "new.go_to(", "line 10", "did you mean 'to'?"),
    ('Phase("New", initial', 'Phase("New", start', "line 7", "did you mean 'initial'?"),
    ("Signal.flag(", "Signal(", "line 4", "say of which kind it is: Signal.change, Signal.choice, Signal.count"),
    ("when=signed", "when=Deal.signed", "line 10", "inside the class its names stand alone: leave out 'Deal.'"),
    ("when=signed", "when=signed.for_days(3, 4)", "line 10", "it is called as Condition.for_days(days)"),
    ("when=signed", "when=ends_on.days_until() < 3", "line 10", "leave out the parentheses () behind it"),
    ("when=signed", "when=self.signed", "line 10", "in the class body names stand for themselves"),
    ("when=signed", "when=signd", "line 10", "did you mean 'signed'?"),
    ("won = Phase", "go = new.to(lost, when=signed)\n    won = Phase", "line 8", "it is declared in line 10, further down"),
    ("new.to(won", "anywhere.to(won", "line 10", "import it, with: from clmstate import anywhere"),
    ('flag("signed")', "flag(signature is here)", "line 4", "declare it above this line; a text needs quotation marks"),
    ("from clmstate import", "from clmstates import", "line 1", "did you mean 'clmstate'?"),
    ("    win =", "      win =", "line 10", "begin the lines of one class at the same column"),
    ("when=signed", "when=used => 0.5", "line 10", "at least is written >="),
    ("when=signed", "when=used =< 0.5", "line 10", "at most is written <="),
    ("when=signed", "when=(used > 0.5) || signed", "line 10", "or is written with one |"),
    ("when=signed", "when=(used > 0.5) && signed", "line 10", "and is written with one &"),
    ("when=signed", "when=(used > 0.5) & not signed", "line 10", "not is written ~"),
    ("when=signed", "when=!signed", "line 10", "not is written ~"),
    ("when=signed", "when=used > 50%", "line 10", "write a percentage as a part of one"),
    ('"Won"', "“Won”", "line 8", "write quotation marks as \" or '"),
    ('"Won")', '"Won" final=True)', "line 8", "mend that line"),
]


@pytest.mark.parametrize(("right", "wrong", "line", "remedy"), SLIPS, ids=[wrong.strip() for _, wrong, _, _ in SLIPS])
def test_a_slip_of_the_pen_is_answered_with_what_to_write(tmp_path: Path, right: str, wrong: str, line: str, remedy: str) -> None:
    file = tmp_path / "deal.py"
    file.write_text(MODEL.replace(right, wrong, 1), encoding="utf-8")
    with pytest.raises(ImportFault) as raised:
        import_file(file)
    (found,) = raised.value.diagnostics
    assert found.place.endswith(f"deal.py, {line}")
    assert found.remedy.startswith(remedy)


@pytest.mark.parametrize(
    ("right", "wrong", "said"),
    [
        ("when=signed", "when=used >= '50 %'", "'50 %' is a text, not a number. Write it without quotation marks: 0.5."),
        ("when=signed", "when=used >= '0.5'", "Write it without quotation marks: 0.5."),
        ("when=signed", "when=signed and (used > 0.5)", "line 10): 'and' cannot join conditions: Python would keep one of them and drop the rest. Write & for"),
        ("when=signed", "when=(used > 0.5) or (\n        signed)", "line 10): 'or' cannot join conditions: Python would keep one of them and drop the rest. Write | for"),
        ("when=signed", "when=signed & (not signed)", "Write ~ for 'not', as in ~signed"),
        ("when=signed", "when=used >= 0.5 & used == 0.7", "Put parentheses around each comparison, as in (health >= 70) & (tickets == 0)"),
        ("when=signed", "when=0.1 < used < 0.5", "Write between(low, high) for a range"),
        ("when=signed", "when=signed if signed else signed", "a condition has no truth of its own"),
        ("when=signed", "when='used >= 0.5'", "'used >= 0.5' is a text, not a condition. Write it without quotation marks"),
        ("when=signed", "when=lambda deal: deal.used > 0.5", "this is a lambda, not a condition. Compare a signal with something"),
        ("when=signed", "when=signed is True", "False is a bool, not a condition. Compare a signal with something, as in (health >= 70); a flag"),
        ("when=signed", "when=ends_on <= '31.1.2026'", "'31.1.2026' is not a point in time. Write year, month and day, as in '2026-01-31'."),
        ("when=signed", "when=ends_on <= 90", "or its days with a number: (ends_on.days_until <= 90)."),
        ("new.to(won", "new.to('won'", "the target 'won' is not a phase. Name a phase, a group or group.resume, without quotation marks: won."),
        ("when=signed", "when=signed == 'yes'", "'signed' is a flag, yes or no by itself, and it is compared with 'yes'. Write the flag"),
        ("    win =", "    most = Threshold(80)\n    win = won.to(lost, when=used > most)\n    win2 =", "did you mean most = Threshold(0.8)?"),
    ],
)  # fmt: skip
def test_a_wrong_comparison_is_answered_with_what_to_write(tmp_path: Path, right: str, wrong: str, said: str) -> None:
    file = tmp_path / "deal.py"
    file.write_text(MODEL.replace("import", "import Threshold,", 1).replace(right, wrong, 1), encoding="utf-8")
    with pytest.raises(DefinitionError) as raised:
        import_file(file)
    assert said.lower() in str(raised.value).lower()


def test_a_class_with_phases_that_is_no_lifecycle_is_named(tmp_path: Path) -> None:
    (tmp_path / "deal.py").write_text("from clmstate import Phase\nclass Deal:\n    new = Phase('New', initial=True)\n")
    with pytest.raises(InputError, match=r"CLM332 .*it defines no lifecycle\. Write class Deal\(Lifecycle\)\."):
        load(str(tmp_path / "deal.py"))


def test_a_file_that_is_no_model_is_told_from_a_module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "acme.csv").write_text("customer,at\n")
    (tmp_path / "deal.py").write_text(MODEL)
    with pytest.raises(InputError, match=r"CLM330 acme\.csv: it is no model\. Name the model first, and the log after it\."):
        load("acme.csv")
    with pytest.raises(InputError, match=r"CLM330 deal\.pyy: there is no such file\. Did you mean 'deal\.py'\?"):
        load("deal.pyy")


CUSTOMER = """\
from clmstate import Composition, Lifecycle, Many, One, Phase, Signal

class Deal(Lifecycle):
    used = Signal.share("seats used", port=True)
    new = Phase("New", initial=True)
    won = Phase("Won")
    win = new.to(won, when=used >= 0.5)

class Customer(Composition):
    deal = One(Deal)
    seats = Many(Deal)
    wiring = (deal[Deal.used].fed_by(seats.share_in(Deal.won)),)
"""


@pytest.mark.parametrize(
    ("right", "wrong", "said"),
    [
        ("deal[Deal.used].fed_by", "deal.used.fed_by", "A port is named by its lifecycle, as in contract[Contract.used].fed_by"),
        ("seats.share_in", "seats.is_in", "Did you mean 'share_in'"),
        ("One(Deal)", "Deal", "Say how many there are of it: One(Deal) or Many(Deal)."),
        ("Customer(Composition)", "Customer(Lifecycle)", "Inherit from Composition: class Customer(Composition)."),
    ],
)
def test_slips_in_a_composition_are_answered(tmp_path: Path, right: str, wrong: str, said: str) -> None:
    (tmp_path / "customer.py").write_text(CUSTOMER.replace(right, wrong, 1))
    with pytest.raises((ImportFault, DefinitionError)) as raised:
        import_file(tmp_path / "customer.py")
    assert said in str(raised.value)
