"""The pytest plugin: tables as tests, the engine that scenarios run on, and coverage of models.

Every pytest run in an environment with clmstate loads this module, so it loads nothing itself: whatever it needs is imported when a test
or an option asks for it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Generator

MARK = "journey"
_WRONG = "_clmstate_wrong_tables"


def pytest_addoption(parser: pytest.Parser) -> None:
    """The options, all of them off."""
    group = parser.getgroup("clmstate", "lifecycle models")
    group.addoption(
        "--lifecycle-engine",
        choices=("compiled", "live"),
        default=None,
        help="the engine that scenarios run on (default: compiled)",
    )
    group.addoption(
        "--lifecycle-cov",
        action="append",
        metavar="MODEL",
        default=[],
        help="measure how far the tests cover a model, such as models.dynamic:Customer; may be given several times",
    )
    group.addoption(
        "--lifecycle-cov-report",
        action="append",
        metavar="KIND",
        default=[],
        help="term, term-missing, json:FILE or html:FOLDER; may be given several times (default: term-missing)",
    )
    group.addoption(
        "--lifecycle-cov-fail-under",
        type=float,
        metavar="PERCENT",
        default=None,
        help="fail when any model's coverage, over all that is counted, is below this",
    )
    group.addoption("--lifecycle-mutants", metavar="FILE", default=None, help="used by `clmstate mutate`")


def pytest_configure(config: pytest.Config) -> None:
    """The marker; and whatever an option asks for."""
    config.addinivalue_line("markers", "journey(model, table=None, *, file=None): play a table through a model, one row a step")
    engine = config.getoption("--lifecycle-engine")
    if engine is not None:
        from clmstate.testing.settings import SETTINGS

        SETTINGS.engine = engine
    if config.getoption("--lifecycle-cov"):
        from clmstate.testing.coverage.session import Session

        config.pluginmanager.register(Session(config), "clmstate-coverage")
    if config.getoption("--lifecycle-mutants"):
        from clmstate.testing.mutation.session import MutantSession

        config.pluginmanager.register(MutantSession(config), "clmstate-mutants")


def pytest_pycollect_makeitem(collector: Any, name: str, obj: Any) -> None:  # noqa: ARG001 -- pytest gives by name
    """A test that is marked with a table uses the fixture, whether it asks for what becomes of it or not."""
    if any(mark.name == MARK for mark in getattr(obj, "pytestmark", ())) and not isinstance(obj, type):
        pytest.mark.usefixtures(MARK)(obj)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """One test for each table."""
    marks = list(metafunc.definition.iter_markers(MARK))
    if marks and MARK in metafunc.fixturenames:
        from clmstate.errors import ClmstateError
        from clmstate.testing.collecting import tables_of

        found: list[tuple[str, Any]] = []
        for mark in marks:
            try:
                found += tables_of(mark, metafunc.definition)
            except ClmstateError as error:  # said when the whole module was looked at, with what is wrong with other tables
                metafunc.module.__dict__.setdefault(_WRONG, []).extend(error.diagnostics)
        metafunc.parametrize(MARK, [table for _, table in found], ids=[title for title, _ in found], indirect=True)


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(collector: pytest.Collector) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """A module with tables that are not understood is not run; all that is wrong with them is said at once."""
    report = yield
    module = getattr(collector, "_obj", None) if isinstance(collector, pytest.Module) else None
    wrong = [] if module is None else module.__dict__.pop(_WRONG, [])
    if wrong and report.passed:
        from clmstate.testing.showing import said

        report.outcome, report.longrepr, report.result = "failed", said(dict.fromkeys(wrong)), []
    return report


@pytest.fixture
def journey(request: pytest.FixtureRequest) -> Any:
    """The scenario that a ``@pytest.mark.journey`` table tells; it is played when the test begins."""
    played = getattr(request, "param", None)
    if played is None:
        from clmstate.testing.collecting import unmarked
        from clmstate.testing.showing import said

        pytest.fail(said(unmarked(request.node.nodeid).diagnostics), pytrace=False)
    from clmstate.testing.collecting import begun

    return begun(played)


@pytest.hookimpl(wrapper=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> Generator[None, Any, Any]:
    """Plays the table before the test's own lines, so that a row that fails is a failure of the test, not of its setting up."""
    asked = pyfuncitem.funcargs.get(MARK) if MARK in pyfuncitem.fixturenames else None
    if asked is not None and hasattr(asked, "play_table"):
        __tracebackhide__ = True
        asked.play_table()
    return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Generator[None, Any, Any]:
    """A scenario that failed explains itself, and so does a mistake that clmstate names; the frames of the framework say nothing more."""
    report = yield
    error = None if call.excinfo is None else call.excinfo.value
    ours = type(error).__name__ == "ScenarioFailure" or (
        type(error).__module__ == "clmstate.errors" and hasattr(error, "diagnostics")
    )
    if ours and report.failed:
        from clmstate.testing.showing import shown

        report.longrepr = shown(item, call.excinfo, report.longrepr)
    return report
