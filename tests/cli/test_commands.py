"""What each command prints, and how it ends."""

from __future__ import annotations

import errno
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import clmstate
from clmstate.cli import main
from clmstate.cli.options import COMMANDS
from tests import processes

from .conftest import Ran

Run = Callable[..., Ran]
REPOSITORY = Path(next(iter(clmstate.__path__))).parent


# ---- help and version


def test_help_and_version(run: Run) -> None:
    assert run("--version").out == f"clmstate {clmstate.__version__}\n"
    helped = run("--help")
    assert helped.code == 0
    assert [name in helped.out for name in ("check", "show", "draw", "walk", "MODEL is a file")] == [True] * 5
    assert run("help").out == run("-h").out == helped.out
    assert run().code == 2
    for command in ("check", "show", "draw", "walk"):
        assert run(command, "--help").code == 0
        assert f"usage: clmstate {command}" in run("--no-color", command, "-h").out


def test_help_loads_nothing_heavy() -> None:
    heavy = [
        "rich",
        "polars",
        "networkx",
        "statemachine",
        "graphviz",
        "numpy",
        "z3",
        "clmstate.live",
        "clmstate.drawing",
        "clmstate.replay",
    ]
    code = f"import sys; from clmstate.cli import main; main(['--help']); print(sorted(set({heavy}) & set(sys.modules)))"
    done = processes.run([sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, check=True, cwd=REPOSITORY)
    assert done.stdout.splitlines()[-1] == "[]"


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["chekc"], "CLM340", "did you mean 'check'?"),
        (["--josn", "check", "deal.py"], "CLM341", "Did you mean '--json'?"),
        (["draw", "deal.py", "--thme", "dark"], "CLM341", "Did you mean '--theme'"),
        (["draw", "deal.py", "--theme", "drak"], "CLM342", "Did you mean 'dark'?"),
        (["draw", "deal.py", "--theme"], "CLM342", "--theme: expected one argument"),
        (["draw"], "CLM343", "MODEL is missing"),
        (["show", "deal.py", "more"], "CLM341", "'more'"),
        (["show", "deal.py", "-x"], "CLM341", "option '-x'"),
        (["walk", "deal.py", "--as-of", "soon"], "CLM342", "'soon' is not a point in time"),
        (["walk", "deal.py", "acne.csv"], "CLM301", "Did you mean 'acme.csv'?"),
        (["walk", "deal.py", "acme.csv", "--customer", "Acne"], "CLM345", "Did you mean 'Acme'?"),
        (["draw", "deal.py", "--out", "picture.bmp"], "CLM402", ".svg"),
        (["draw", "deal.py", "--out", "no/picture.svg"], "CLM307", "there is no folder 'no'"),
        (["check", "del.py"], "CLM330", "Did you mean 'deal.py'?"),
    ],
)
def test_what_cannot_be_done_is_said(run: Run, folder: Path, words: list[str], code: str, said: str) -> None:
    ran = run(*words)
    assert ran.code == 2
    assert ran.out == ""
    assert ran.err.startswith(code)
    assert said.lower() in ran.err.lower()
    as_json = run(*words, "--json")
    assert as_json.code == 2
    assert as_json.err == ""
    assert as_json.document["ok"] is False
    assert as_json.document["diagnostics"][0]["code"] == code


def test_typing_has_nothing_to_report_as_json(run: Run, folder: Path) -> None:
    ran = run("walk", "deal.py", "--json")
    assert (ran.code, ran.document["diagnostics"][0]["code"]) == (2, "CLM343")


# ---- check


def test_check_counts_what_it_looked_at(run: Run, folder: Path) -> None:
    ran = run("check", ".")
    assert ran.code == 0
    assert "Deal" in ran.out
    assert "3 phases, 2 transitions, 2 signals, 2 events" in ran.out
    assert "Base" not in ran.out
    assert "looked for" in ran.out
    document = run("check", "deal.py", "--json").document
    assert document["ok"] is True
    assert [(m["name"], m["phases"]) for m in document["lifecycles"]] == [("Deal", 3), ("BigDeal", 3)]


def test_check_reports_every_mistake_of_every_file(run: Run, folder: Path) -> None:
    (folder / "bad.py").write_text(
        "from clmstate import Lifecycle, Phase, Signal\n"
        "class Bad(Lifecycle):\n"
        "    health = Signal.score('health')\n"
        "    new = Phase('New', initial=True)\n"
        "    won = Phase('Won', final=True)\n"
        "    a = won.to(new, when=health >= 170)\n"
        "    b = new.to(won, on='x')\n"
    )
    (folder / "worse.py").write_text("from clmstate import Lifecycle\n\nclass X(Lifecycle):\n    a = nothing\n")
    (folder / "broken.py").write_text("class X(\n")
    ran = run("check", ".")
    assert ran.code == 1
    for said in (
        "CLM117",
        "CLM111",
        "worse.py, line 4: NameError: name 'nothing' is not defined",
        "broken.py, line 1: SyntaxError",
        "Deal",
    ):
        assert said in ran.out
    document = run("check", ".", "--json").document
    assert [f["source"] for f in document["faults"]] == ["bad.py", "broken.py", "worse.py"]
    assert len(document["lifecycles"]) == 2
    for command in ("show", "draw"):
        refused = run(command, "bad.py")
        assert (refused.code, refused.err.count("CLM1")) == (1, 2)


def test_a_mistake_that_breaks_several_files_is_said_once(run: Run, folder: Path) -> None:
    models = folder / "models"
    models.mkdir()
    (models / "a.py").write_text("from clmstate import Lifecycle, Phase\nclass A(Lifecycle):\n    a = Phase('A')\n")
    (models / "b.py").write_text("from models.a import A\nclass B(A):\n    pass\n")
    ran = run("check", "models")
    assert ran.out.count("CLM106") == 1


# ---- show


def test_show(run: Run, folder: Path) -> None:
    ran = run("show", "deal.py:Deal")
    assert ran.code == 0
    for said in (
        "Fresh",
        "CSM",
        "we know what we buy",
        "customers start here",
        "to Won: contract signed and",
        "from anywhere: notice",
        "In these words",
    ):
        assert said in ran.out
    assert max(map(len, ran.out.splitlines())) <= 100
    assert not any(line.endswith(" ") for line in ran.out.splitlines())


def test_show_markdown(run: Run, folder: Path) -> None:
    lines = run("show", "deal.py:Deal", "--md").out.splitlines()
    assert lines[0] == "## Deal"
    assert "| **Fresh** | CSM |  | we know what we buy |  |  |  |" in lines
    assert "| **Fresh** | customers start here | to Won: contract signed and healthy<br>to Lost: notice received |" in lines
    assert "| **healthy** | health at least 70 |" in lines
    assert "| **Celebrate** | CSM |  | Fresh: contract signed and healthy |  |  |" in lines
    (whole,) = [line.removeprefix("- Everything: ") for line in lines if line.startswith("- Everything: ")]
    assert f"| **CSM** | Fresh, Won | {whole[:19]} |  |  |  |" in lines
    (deal, big) = run("show", "deal.py", "--json").document["lifecycles"]
    assert deal["phases"][1]["ways_in"] == [{"other": "Fresh", "why": "contract signed and healthy", "name": "win"}]
    assert (big["market"], big["version"]) == ("Enterprise", "2")


# ---- draw


def test_draw(run: Run, folder: Path) -> None:
    ran = run("draw", "deal.py", "--out", "journey.svg", "--level", "full", "--theme", "dark")
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.split() == ["✓", "Deal", "→", "journey.svg"]
    assert "Won" in (folder / "journey.svg").read_text()
    assert run("draw", "deal.py:BigDeal", "--json").document["out"] == "bigdeal.svg"
    assert (folder / "bigdeal.svg").is_file()


def test_draw_into_a_folder(run: Run, folder: Path) -> None:
    (folder / "teams.py").write_text("CSM = 'CSM'\n")
    ran = run("draw", ".", "--out", "pictures/new/")
    assert (ran.code, ran.out.count("✓")) == (0, 2)
    assert sorted(p.name for p in (folder / "pictures" / "new").iterdir()) == ["bigdeal.svg", "deal.svg"]
    assert len(run("draw", "deal.py", "--out", "pictures", "--json").document["drawings"]) == 2
    (folder / "file").write_text("")
    assert "CLM307" in run("draw", "deal.py", "--out", "file/").err


# ---- walk


def test_walk_tells_moves_reasons_and_what_is_missing(run: Run, folder: Path) -> None:
    ran = run("walk", "deal.py", "acme.csv")
    assert ran.code == 0
    told = [line.strip() for line in ran.out.splitlines()]
    for said in (
        "acme.csv · 5 rows: 4 used, 1 rejected",
        "2026-01-05  starts in Fresh",
        "2026-02-01  health 80",
        "Fresh → Won  win",
        "because contract signed and healthy",
        "play    Celebrate  CSM",
        "no move product bought: no way out of Fresh listens to it",
        "Won → Lost  lose",
        "2026-03-01  now in Lost",
        "The journey ends here.",
        "1 row was not used",
    ):
        assert said in told
    assert "CLM204 acme.csv, line 5, health: 'lots'" in ran.out
    assert max(map(len, ran.out.splitlines())) <= 100


def test_walk_as_of_a_date(run: Run, folder: Path) -> None:
    ran = run("walk", "deal.py", "acme.csv", "--as-of", "2026-01-25", "--quiet")
    for said in (
        "1 rejected, 2 later than 2026-01-25",
        "2026-01-25  now in Fresh  CSM",
        "✗ healthy",
        "health 60",
        "✓ contract signed",
    ):
        assert said in ran.out
    document = run("walk", "deal.py", "acme.csv", "--as-of", "2026-02-01", "--json").document
    assert document["rows"] == {"in": 5, "used": 3, "rejected": 1, "of_others": 0, "later": 1}
    assert [m["transition"] for s in document["steps"] for m in s["moves"]] == ["win"]
    assert document["steps"][1]["untaken"] == [{"event": "bought", "why": "no way out of Fresh listens to it", "part": ""}]
    assert document["phase"] == "won"
    assert document["ways_out"][0]["part"] == ""
    assert document["ways_out"][0]["needs"] == [{"words": "notice received", "met": False, "value": "", "depth": 0}]
    assert [d["code"] for d in document["rejected"]] == ["CLM204"]


def test_walk_tells_what_is_hoped_for_from_what_is_not(run: Run, folder: Path) -> None:
    (folder / "care.py").write_text(
        """from clmstate import Event, Lifecycle, Phase, Signal, anywhere
class Care(Lifecycle):
    health, ended = Signal.score("health"), Event("contract ended")
    start_up = Phase("Start", initial=True)
    use = Phase("Use")
    great = Phase("Great", standing="good")
    alarm = Phase("Alarm", standing="at_risk")
    gone = Phase("Gone", standing="lost", final=True)
    begin = start_up.to(use, when=health >= 10)
    shine = use.to(great, when=health >= 80)
    dull = great.to(use, when=health < 70)
    worry = (use | great).to(alarm, when=health < 20)
    calm = alarm.to(use, when=health >= 40)
    end = anywhere.to(gone, on=ended)
"""
    )
    (folder / "care.csv").write_text("customer,at,health\nAcme,2026-01-05,90\n")
    out = run("walk", "care.py", "care.csv").out
    assert "next    Gone" not in out
    needs, _, fears = out.partition("What should not happen")
    assert "What is still missing" not in needs, "from the best place, only worse ones can be reached"
    assert [line.split()[-1] for line in fears.splitlines() if line.startswith(" →")] == ["dull", "worry", "end"]
    (folder / "care.csv").write_text("customer,at,health\nAcme,2026-01-05,50\nAcme,2026-02-05,5\n")
    out = run("walk", "care.py", "care.csv").out
    assert re.search(r"What is still missing\n → Use  calm\n.*\n\n What should not happen\n → Gone  end", out)
    ways = json.loads(run("walk", "care.py", "care.csv", "--json").out)["ways_out"]
    assert [(way["transition"], way["wanted"]) for way in ways] == [("calm", True), ("end", False)]


def test_walk_as_of_a_date_lets_time_pass(run: Run, folder: Path) -> None:
    (folder / "wait.py").write_text(
        "from clmstate import Lifecycle, Phase, Signal, days_in_phase\n"
        "class Wait(Lifecycle):\n"
        "    a = Phase('A', initial=True)\n"
        "    b = Phase('B')\n"
        "    go = a.to(b, when=days_in_phase >= 10)\n"
    )
    (folder / "wait.csv").write_text("customer,at\nAcme,2026-01-01\n")
    ran = run("walk", "wait.py", "wait.csv", "--as-of", "2026-01-31")
    assert "by 2026-01-31, time alone has moved the customer" in ran.out
    assert "now in B" in ran.out
    assert "now in A" in run("walk", "wait.py", "wait.csv").out


def test_walk_asks_whom(run: Run, folder: Path) -> None:
    (folder / "two.csv").write_text("customer,at,signed\nBeta,2026-01-01,yes\nAcme,2026-01-01,\n")
    ran = run("walk", "deal.py", "two.csv")
    assert ran.code == 2
    assert "it tells of 2 customers: Beta, Acme. Name one: --customer 'Beta'" in ran.err
    assert "2 rows: 1 used, 0 rejected, 1 of other customers" in run("walk", "deal.py", "two.csv", "--customer", "Acme").out
    (folder / "none.csv").write_text("customer,at,signed\nBeta,soon,yes\n")
    none = run("walk", "deal.py", "none.csv")
    assert (none.code, "its only row cannot be used" in none.err, "CLM206" in none.err) == (2, True, True)
    (folder / "none.csv").write_text("customer,at,signed\n" + "Beta,soon,yes\n" * 40)
    for command in ("walk", "replay", "fleet"):
        none = run(command, "deal.py", "none.csv")
        assert (none.code, none.err.count("CLM206"), none.err.count("Give an ISO date")) == (2, 5, 5)
        assert "none of its 40 rows can be used; here is what is wrong with the first 5" in none.err
    (folder / "none.csv").write_text("customer,at,signed\n")
    assert "it has no rows" in run("walk", "deal.py", "none.csv").err


def test_walk_shows_a_start(run: Run, folder: Path) -> None:
    (folder / "s.csv").write_text(
        'customer,at,event,details\nAcme,2026-01-01,@start,"{""phase"": ""won"", ""since"": ""2025-06-01""}"\n'
    )
    out = run("walk", "deal.py", "s.csv").out
    assert "stands in Won since 2025-06-01" in out
    assert "starts in" not in out


def test_walk_at_the_ends_of_time(run: Run, folder: Path) -> None:
    (folder / "wait.py").write_text(
        "from clmstate import Days, Lifecycle, Phase, Touchpoint, days_in_phase\n"
        "class Wait(Lifecycle):\n"
        "    a = Phase('A', initial=True, touchpoints=Touchpoint('Call', due=Days(3)))\n"
        "    b = Phase('B')\n"
        "    go = a.to(b, when=days_in_phase >= 10)\n"
    )
    for date in ("0001-01-01", "9999-12-31T23:59:59.999999"):
        (folder / "wait.csv").write_text(f"customer,at\nAcme,{date}\n")
        assert "now in A" in run("walk", "wait.py", "wait.csv").out
        assert run("walk", "wait.py", "wait.csv", "--json").document["phase"] == "a"


# ---- compositions

CUSTOMER = """\
from clmstate import Composition, Event, Lifecycle, Many, One, Phase, Signal

class User(Lifecycle):
    logins = Signal.count("login", default=0)
    invited = Phase("Invited", initial=True)
    active = Phase("Active", owner="CSM")
    start_using = invited.to(active, when=logins >= 5)

class Contract(Lifecycle):
    adopted = Signal.share("users adopted", port=True)
    bought = Event("product bought", names_instance=True)
    fresh = Phase("Fresh", initial=True)
    success = Phase("Success", standing="good")
    adopt = fresh.to(success, when=adopted >= 0.8)

class Customer(Composition):
    \"\"\"All of it.\"\"\"
    contract = One(Contract)
    addons = Many(User, opens_on=Contract.bought)
    users = Many(User)
    wiring = (contract[Contract.adopted].fed_by(users.share_in(User.active)),)
"""

PEOPLE = """\
customer,part,instance,at,event,details,users.logins
Acme,users,dana,2026-01-05,@join,,2
Acme,users,eli,2026-01-05,@join,,
Acme,contract,,2026-01-12,bought,"{""instance"": ""crm""}",
Acme,users,dana,2026-01-20,,,7
Acme,users,eli,2026-01-25,@leave,,
Acme,users,eli,2026-02-01,,,9
"""


@pytest.fixture
def whole(folder: Path) -> Path:
    (folder / "customer.py").write_text(CUSTOMER)
    (folder / "people.csv").write_text(PEOPLE)
    return folder


def test_a_composition_is_checked_and_shown(run: Run, whole: Path) -> None:
    assert "3 parts, 1 wire\n" in run("check", "customer.py").out
    out = run("show", "customer.py:Customer").out
    for said in (
        "All of it.",
        "one Contract",
        "learns: users adopted, from users",
        "many User  opens on: product bought (contract)",
    ):
        assert said in " ".join(out.split()).replace("many User", "many User "), said
    assert "| **users** | many User |  |  |" in run("show", "customer.py", "--md").out
    document = run("show", "customer.py", "--json").document
    assert [c["name"] for c in document["compositions"]] == ["Customer"]
    assert run("draw", "customer.py:Customer").code == 0
    assert "CLM335" in run("draw", "customer.py:Customer", "--kind", "lanes").err
    refused = run("walk", "customer.py:Customer")
    assert "Name one of its parts: customer.py:" in refused.err


def test_a_composition_walks(run: Run, whole: Path) -> None:
    ran = run("walk", "customer.py:Customer", "people.csv")
    assert ran.code == 0, ran.err
    told = [line.strip() for line in ran.out.splitlines()]
    for said in (
        "people.csv · 6 rows: 5 used, 1 rejected",
        "2026-01-05  users/dana  joins, logins 2",
        "users/eli  joins",
        "2026-01-12  contract  product bought (crm)",
        "2026-01-20  users/dana  logins 7",
        "users/dana  Invited → Active  start_using",
        "2026-01-25  users/eli  leaves",
        "contract  Fresh → Success  adopt",
        "2026-01-25  where everybody stands",
        "contract Success",
        "addons/crm   Invited",
        "users/dana   Active   CSM",
    ):
        assert re.sub(" +", " ", said) in [re.sub(" +", " ", line) for line in told], said
    assert "CLM217 people.csv, line 7: " in ran.out
    document = run("walk", "customer.py:Customer", "people.csv", "--as-of", "2026-01-21", "--json").document
    assert document["phases"] == {"contract": "fresh", "addons/crm": "invited", "users/dana": "active", "users/eli": "invited"}
    assert {way["part"] for way in document["ways_out"]} == {"contract", "addons/crm", "users/eli"}


# ---- the process: streams, signals, colours


def process(*words: str, **more: object) -> subprocess.CompletedProcess[bytes]:
    env = {**os.environ, "PYTHONPATH": str(REPOSITORY)} | more.pop("env", {})  # type: ignore[operator]
    return processes.run([sys.executable, "-m", "clmstate.cli", *words], capture_output=True, check=False, env=env, **more)  # type: ignore[call-overload, no-any-return]


def test_a_closed_pipe_is_no_error(folder: Path) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    done = processes.run(
        [sys.executable, "-m", "clmstate.cli", "show", "deal.py"],
        stdout=writing,
        stderr=subprocess.PIPE,
        check=False,
        env={**os.environ, "PYTHONPATH": str(REPOSITORY)},
    )
    os.close(writing)
    assert (done.returncode, done.stderr) == (141, b"")


def test_a_terminal_without_unicode(folder: Path) -> None:
    done = process("walk", "deal.py", "acme.csv", env={"PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"})
    assert done.returncode == 0
    assert b"Fresh -> Won" in done.stdout
    assert b"\xe2" not in done.stdout


def test_colours_are_asked_for_and_refused(folder: Path) -> None:
    assert b"\x1b[" in process("show", "deal.py", env={"FORCE_COLOR": "1"}).stdout
    assert b"\x1b[" not in process("show", "deal.py", "--no-color", env={"FORCE_COLOR": "1"}).stdout
    assert b"\x1b[" not in process("show", "deal.py", env={"FORCE_COLOR": "1", "NO_COLOR": "1"}).stdout


def test_interrupted_is_quiet(run: Run, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("clmstate.cli.show.load", stop)
    ran = run("show", "deal.py")
    assert (ran.code, ran.out, ran.err) == (130, "", "\n")


def test_our_own_faults_are_no_tracebacks(run: Run, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("clmstate.cli.show.load", lambda _: 1 / 0)
    ran = run("show", "deal.py")
    assert ran.code == 2
    assert ran.err.startswith("CLM399 clmstate: clmstate itself failed (ZeroDivisionError: division by zero in ")
    monkeypatch.setenv("CLMSTATE_TRACEBACK", "1")
    with pytest.raises(ZeroDivisionError):
        main(["show", "deal.py"])


def test_what_the_system_refuses_is_not_our_fault(run: Run, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), "journey.svg")

    monkeypatch.setattr("clmstate.cli.show.load", full)
    ran = run("show", "deal.py")
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith(f"CLM398 journey.svg: the system refuses it ({os.strerror(errno.ENOSPC)}).")


@pytest.mark.parametrize(
    ("words", "about"),
    [
        (["check", ""], "check MODEL"),
        (["draw", "deal.py", "--out", ""], "draw --out"),
        (["walk", "deal.py", "acme.csv", "--customer="], "walk --customer"),
        (["replay", "deal.py", ""], "replay LOG"),
    ],
)
def test_a_variable_that_was_never_set_is_noticed(words: list[str], about: str, run: Run, folder: Path) -> None:
    ran = run(*words)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith(f"CLM342 clmstate {about}: its value is empty.")


@pytest.mark.parametrize(
    "words",
    [
        ["fleet", "deal.py", "acme.csv", "--days", "99999999999999999999"],
        ["mutate", "deal.py", "--fail-under", "1e400"],
        ["mutate", "deal.py", "--fail-under=-1"],
        ["simulate", "deal.py", "log.csv", "--weeks", "99999999999999999999"],
    ],
)
def test_numbers_that_cannot_be_meant_are_refused(words: list[str], run: Run, folder: Path) -> None:
    ran = run(*words)
    assert (ran.code, ran.out) == (2, "")
    assert "CLM342" in ran.err or "CLM354" in ran.err
    assert not (folder / "log.csv").exists()


def test_an_interrupted_start_is_quiet() -> None:
    """Interrupted while the command line itself is loaded: the entry point has loaded nothing of it yet."""
    code = (
        "import builtins, sys; from clmstate.cli import main; there = builtins.__import__\n"
        "def stop(name, *rest, **also):\n"
        "    if name == 'argparse': raise KeyboardInterrupt\n"
        "    return there(name, *rest, **also)\n"
        "builtins.__import__ = stop; sys.exit(main(['--version']))"
    )
    ran = processes.run([sys.executable, "-c", code], capture_output=True, check=False)
    assert (ran.returncode, ran.stdout, ran.stderr) == (130, b"", b"\n")


def test_simulate_writes_both_files_or_none(run: Run, folder: Path) -> None:
    for words in (("log.csv", "--truth", "no/such/truth.jsonl"), ("log.xls", "--truth", "truth.jsonl")):
        assert run("simulate", "deal.py", *words).code == 2
        assert not [path.name for path in folder.iterdir() if path.name.startswith(("log", "truth", "."))]
    assert run("simulate", "deal.py", "log.csv", "--truth", "truth.jsonl", "--customers", "3").code == 0
    assert len((folder / "truth.jsonl").read_text("utf-8").splitlines()) == 3
    (folder / "plan.toml").write_text("[signls.signed]\nafter = 3\n")
    assert (
        "'signls' is no part of a plan. Did you mean 'signals'?" in run("simulate", "deal.py", "log.csv", "--plan", "plan.toml").err
    )


def test_json_is_one_document_even_when_a_model_prints(folder: Path) -> None:
    (folder / "loud.py").write_text("print('hello')\n" + (folder / "deal.py").read_text())
    done = process("check", "loud.py", "--json")
    assert json.loads(done.stdout)["ok"] is True
    assert done.stderr == b"hello\n"


# ---- the words themselves


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_help_fits_the_terminal(run: Run, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    helped = run(name, "--help")
    assert helped.code == 0
    assert max(map(len, helped.out.removesuffix(f"Example: {COMMANDS[name].example}\n").splitlines())) <= 80


# ---- tests of a file outside packages


def test_generated_tests_import_a_file_by_its_name(run: Run, folder: Path) -> None:
    assert run("testgen", "deal.py", "--out", "test_deal.py").code == 0
    assert "from deal import Deal\n" in (folder / "test_deal.py").read_text()
    assert run("freeze", "deal.py").code == 0
    assert "CLM337 deal.json" in run("testgen", "deal.json").err
    assert "CLM337 deal.json" in run("mutate", "deal.json", "test_deal.py").err


def test_tests_are_written_for_files_that_can_be_imported(run: Run, folder: Path) -> None:
    (folder / "our deal (2).py").write_text((folder / "deal.py").read_text("utf-8"), "utf-8")
    assert run("check", "our deal (2).py").code == 0
    refused = run("testgen", "our deal (2).py", "--out", "test_it.py")
    assert (refused.code, (folder / "test_it.py").exists()) == (2, False)
    assert "CLM337 our deal (2).py: nothing can import a file of this name" in refused.err
    assert "Call it our_deal_2.py." in refused.err


def test_help_needs_no_extra() -> None:
    code = f"""
import sys
for extra in ("duckdb", "numba", "pandas", "polars", "pptx", "pyarrow", "pyspark", "yaml"):
    sys.modules[extra] = None
from clmstate.cli import main
sys.exit(max(main([name, "--help"]) for name in {sorted(COMMANDS)}))
"""
    done = processes.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
