"""The pytest plugin, in pytest: tables as tests, failures, coverage, and what it costs those who do not use it."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from tests import processes

pytest_plugins = ["pytester"]

MODEL = """
from clmstate import Composition, Lifecycle, Many, One, Phase, Signal

class Deal(Lifecycle):
    health = Signal.score("health")
    fine, alarm = Phase("Fine", initial=True), Phase("Alarm")
    worry = fine.to(alarm, when=health < 60)
    calm = alarm.to(fine, when=health >= 70)

class Account(Composition):
    deals = Many(Deal)
"""

TABLES = '''
import pytest
from pytest_deals import Deal
from clmstate.testing import scenario

@pytest.mark.journey(Deal, """
## worries
| at         | health | takes |
|------------|--------|-------|
| 2026-01-05 | 60     |       |
| +1         | 59     | worry |

## does not worry
| at         | health | takes |
|------------|--------|-------|
| 2026-01-05 | 60     | worry |
""")
def test_table():
    pass

@pytest.mark.journey(Deal, file="deals.csv")
def test_file(journey):
    journey.after(1, health=70).takes(Deal.calm)

def test_fluent():
    told = scenario(Deal).on("2026-01-05", health=60)
    told.takes(Deal.worry)
'''
CSV = "scenario,at,health,takes\nfalls,2026-01-05,50,worry\nfalls too,2026-01-05,20,worry\n"


@pytest.fixture
def deals(pytester: pytest.Pytester) -> pytest.Pytester:
    pytester.makepyfile(pytest_deals=MODEL, test_tables=TABLES)
    (pytester.path / "deals.csv").write_text(CSV, encoding="utf-8")
    pytester.syspathinsert()
    return pytester


def test_one_test_a_table_and_failures_that_explain(deals: pytest.Pytester) -> None:
    result = deals.runpytest("-q", "-p", "no:cacheprovider")
    result.assert_outcomes(passed=3, failed=2)
    result.stdout.fnmatch_lines(
        [
            "*test_table?does-not-worry?*",
            "E   Deal, step 1 on 2026-01-05: 'worry' expected, but nobody moved",
            "E     the row, in test_tables.py, test_table, row 1 (line 11)",
            "E       at         │ health │ takes",
            "E       2026-01-05 │ 60     │ worry",
            "E       ✗ health below 60 (health 60)   ◀ decides",
            "E     it would have passed with",
            "E       health 59, instead of 60",
            "test_tables.py:*: ScenarioFailure",
            "*test_fluent*",
            '*told = scenario(Deal).on("2026-01-05", health=60)',
            ">*told.takes(Deal.worry)",
            "E   Deal, step 1 on 2026-01-05: 'worry' expected, but nobody moved",
        ]
    )
    result.stdout.no_fnmatch_line("*playing.py*")


@pytest.mark.parametrize(
    ("mark", "said"),
    [
        ("Deal, '''\n| at | helth | takes |\n|--|--|--|\n| 2026-01-05 | 3 | wory |'''", ["*no column 'helth'. Did you mean 'health'*"]),
        ("Deal, '''\n| at | takes |\n|--|--|\n| 2026-01-05 | wory |'''", ["*test_bad.py, test_bad, row 1 (line 4), takes: 'wory' is no transition. Did you mean 'worry'*"]),
        ("Deal, file='deels.csv'", ["CLM301 deels.csv: there is no such file. Did you mean 'deals.csv'*"]),
        ("'Deal', ''", ["CLM384 test_bad.py, test_bad: @pytest.mark.journey names 'Deal', which is no lifecycle*"]),
        ("model=Deal", ["CLM384 *needs one table*"]),
    ],
)  # fmt: skip
def test_bad_tables_are_said_when_tests_are_collected(
    deals: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, mark: str, said: list[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    deals.makepyfile(
        test_bad=f"import pytest\nfrom pytest_deals import Deal\n\n@pytest.mark.journey({mark})\ndef test_bad(): pass\n"
    )
    result = deals.runpytest("-q", "-p", "no:cacheprovider", "test_bad.py")
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(said)
    result.stdout.no_fnmatch_line("*Traceback*")


BAD = """
import pytest
from pytest_deals import Deal
from clmstate.testing import scenario

@pytest.mark.journey(Deal, '''
| at         | health | takes |
|------------|--------|-------|
| 2026-01-05 | 60     | wory  |
| +7         | 59     | worry | | |

| at | helth |
|----|-------|
| 2026-01-05 | 59 |
''')
def test_one(): pass

@pytest.mark.journey(Deal, file="deels.csv")
def test_other(): pass

def test_good(): pass
"""


def test_all_that_is_wrong_with_the_tables_of_a_module_is_said_at_once(
    deals: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    deals.makepyfile(test_bad=BAD)
    result = deals.runpytest("-q", "-p", "no:cacheprovider", "test_bad.py")
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(
        [
            "*ERROR collecting test_bad.py*",
            "CLM381 test_bad.py, test_one, row 2 (line 5): it has 5 cells, but there are 3",
            "  columns. Leave blanks for columns that say nothing; write \\| for a bar inside",
            "  a cell.",
            "CLM383 test_bad.py, test_one, row 1 (line 4), takes: 'wory' is no transition.",
            "  Did you mean 'worry'?",
            "CLM382 test_bad.py, test_one: there is no column 'helth'. Did you mean 'health'?",
            "CLM301 deels.csv: there is no such file. Did you mean 'deals.csv'?",
            "*short test summary*",
        ],
        consecutive=True,
    )


SLIPS = """
from pytest_deals import Deal
from clmstate.testing import scenario

def test_signal():
    told = scenario(Deal)
    told.on("2026-01-05", helth=60)

def test_transition():
    scenario(Deal).on("2026-01-05", health=60).takes("wory")

def test_expectation():
    scenario(Deal).on("2026-01-05", health=60).takes("worry")
"""


def test_slips_of_whoever_writes_tests_are_said_without_the_frames_of_the_framework(
    deals: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    deals.makepyfile(test_slips=SLIPS)
    result = deals.runpytest("-q", "-p", "no:cacheprovider", "test_slips.py")
    result.assert_outcomes(failed=3)
    result.stdout.fnmatch_lines(
        [
            '>*told.on("2026-01-05", helth=60)',
            "E   CLM201 Deal: 'helth' is not a signal. Did you mean",
            "E     'health'?",
            "test_slips.py:6: UnknownNameError",
            "E   CLM203 Deal: 'wory' is not a transition. Did you mean",
            "test_slips.py:9: UnknownNameError",
            "E   Deal, step 1 on 2026-01-05: 'worry' expected, but nobody",
            "E     moved",
            "FAILED test_slips.py::test_signal - CLM201 Deal: 'helth'*",
        ]
    )
    result.stdout.no_fnmatch_line("*clmstate*scenario.py*")


def test_a_journey_that_no_table_tells(deals: pytest.Pytester) -> None:
    deals.makepyfile(test_bad="def test_bad(journey): pass\n")
    result = deals.runpytest("-q", "-p", "no:cacheprovider", "test_bad.py")
    result.stdout.fnmatch_lines(["*CLM384 test_bad.py::test_bad: it asks for a journey, but no table tells one*"])


GOOD = """
import pytest
from pytest_deals import Account, Deal
from clmstate.testing import scenario

@pytest.mark.parametrize("health", [59, 60])
def test_worry(health):
    told = scenario(Deal).on("2026-01-05", health=health)
    told.takes(*(["worry"] if health < 60 else []))

def test_calm():
    scenario(Deal).on("2026-01-05", health=50).then(health=69).then(health=70).takes("calm")

def test_member():
    scenario(Account).join("deals/one", at="2026-01-05", health=80)
"""


def coverage(deals: pytest.Pytester, *words: str) -> tuple[pytest.RunResult, dict[str, object]]:
    deals.makepyfile(test_tables="", test_good=GOOD)
    result = deals.runpytest(
        "-q", "-p", "no:cacheprovider", "--lifecycle-cov", "pytest_deals:Account", "--lifecycle-cov-report", "json:cov.json",
        "--lifecycle-cov-report", "html:page", "--lifecycle-cov-report", "term-missing", *words,
    )  # fmt: skip
    return result, json.loads((deals.path / "cov.json").read_text(encoding="utf-8"))


def test_a_coverage_report_that_cannot_be_written_is_said(deals: pytest.Pytester) -> None:
    deals.makepyfile(test_tables="", test_good="def test_it(): pass")
    (deals.path / "file").touch()
    result = deals.runpytest(
        "-q", "-p", "no:cacheprovider", "--lifecycle-cov", "pytest_deals:Deal", "--lifecycle-cov-report", "html:file"
    )
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stdout.fnmatch_lines(["CLM307 file: the folder cannot be made*"])
    result.stdout.no_fnmatch_line("written: *")


def test_coverage_of_ordinary_tests(deals: pytest.Pytester) -> None:
    result, data = coverage(deals, "--lifecycle-cov-fail-under", "90")
    result.assert_outcomes(passed=4)
    assert result.ret == 1
    result.stdout.fnmatch_lines(
        [
            "*lifecycle coverage*",
            "model*phases*transitions*pairs*outcomes*MC/DC*boundaries*parts*total",
            "Account*1/1*100.0%",
            "Deal*2/2*2/2*1/2*",
            "Deal, pairs not seen:",
            "  calm, then worry",
            "Deal: * % is below the 90 % that were asked for",
        ]
    )
    deal = data["models"]["Deal"]  # type: ignore[index]
    assert deal["overlay"] == {"phases": {"fine": 6, "alarm": 6}, "transitions": {"worry": 2, "calm": 1}}
    assert "calm, then worry" in (deals.path / "page" / "index.html").read_text(encoding="utf-8")


def test_workers_add_up(deals: pytest.Pytester) -> None:
    _, alone = coverage(deals)
    result, together = coverage(deals, "-n", "2")
    result.assert_outcomes(passed=4)
    assert together == alone


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--lifecycle-cov", "pytest_deels"], "*CLM385 pytest_deels: there is no module 'pytest_deels'*"),
        (
            ["--lifecycle-cov", "pytest_deals:Dael"],
            "*CLM385 pytest_deals:Dael: there is no model 'Dael' in it. Did you mean 'Deal'*",
        ),
        (
            ["--lifecycle-cov", "pytest_deals", "--lifecycle-cov-report", "xml"],
            "*CLM386 --lifecycle-cov-report: 'xml' is no report*",
        ),
    ],
)
def test_what_cannot_be_measured(deals: pytest.Pytester, words: list[str], said: str) -> None:
    result = deals.runpytest("-q", "-p", "no:cacheprovider", *words)
    assert result.ret != 0
    (result.stderr if result.stderr.lines else result.stdout).fnmatch_lines([said])


def test_scenarios_run_on_the_engine_that_is_asked_for(deals: pytest.Pytester) -> None:
    text = "from pytest_deals import Deal\nfrom clmstate.testing import scenario\n\ndef test_one():\n    assert scenario(Deal).engine == 'live'\n"
    deals.makepyfile(test_tables=text)
    deals.runpytest_subprocess(
        "-q", "-p", "no:cacheprovider", "--lifecycle-engine", "live", timeout=processes.SECONDS
    ).assert_outcomes(passed=1)


def test_it_loads_nothing_until_it_is_used(tmp_path: Path) -> None:
    heavy = ["clmstate.testing", "clmstate.live", "clmstate.kernel", "hypothesis", "z3", "networkx", "numpy", "statemachine"]
    code = f"import sys, clmstate.pytest_plugin; print(*sorted(set({heavy!r}) & sys.modules.keys()))"
    done = processes.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=tmp_path)
    assert done.stdout.split() == []
