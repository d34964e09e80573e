"""Bugs to plant into the engines, one at a time, and the run that must find each of them.

A bug is an edit of the source text. It is planted into a copy of the package, and the run is a process of its own there:
``python -m tests.conformance.planted alone composed`` in the copy's folder. Bugs of the gate run behind it, compiled anew if they are
in its C; all others run without it, so that nothing hides them. Walks over columns run as plain Python there: Numba would take longer to
compile each than it takes to find it.
"""

from __future__ import annotations

import contextlib
import ctypes
import math
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable
from functools import cache, partial
from itertools import islice
from pathlib import Path
from random import Random
from typing import Any

import attrs

ROOT = Path(__file__).parents[2]


@attrs.frozen
class Bug:
    """What is wrong, where, and the text there with what it becomes."""

    says: str
    file: str
    edits: tuple[tuple[str, str], ...]


def bug(says: str, file: str, right: str, wrong: str, *more: tuple[str, str]) -> Bug:
    return Bug(says, f"clmstate/{file}", ((right, wrong), *more))


BUGS = (
    # one lifecycle alone
    bug("events into a final phase come no earlier", "kernel/program.py", "key=lambda r: not r.into_final", "key=lambda r: 0"),
    bug(
        "anywhere comes before the own phase",
        "kernel/program.py",
        "for t in definition.ways_out(path)]",
        'for t in sorted(definition.ways_out(path), key=lambda t: "*" not in t.sources)]',
    ),
    bug(
        "a move resets the clocks of for_days",
        "kernel/settle.py",
        "    s.seen = 0\n    left, entered",
        "    s.seen = 0\n    for i in range(len(p.clocks)): setattr(s, f'k{i}', math.nan)\n    left, entered",
    ),
    bug("the clock of for_days does not stop", "kernel/afterwards.py", "else: _s.k{i} = _NAN", "else: pass"),
    bug(
        "what is missing is not so",
        "kernel/expressions.py",
        "            return false\n        case 3",
        '            return f"not {true}"\n        case 3',
    ),
    bug(
        "days are rounded to the nearest",
        "kernel/expressions.py",
        "least, after = _time(math.ceil(limit) * DAY), _time((math.floor(limit) + 1) * DAY)",
        "least, after = _time((math.ceil(limit) - 0.5) * DAY), _time((math.floor(limit) + 0.5) * DAY)",
    ),
    bug("a band reaches over its limit", "kernel/bands.py", '"<=": (past,), ">": (past,)', '"<=": (at,), ">": (at,)'),
    bug("time alone moves nobody", "kernel/inline.py", "if _same and _now < _s.wake:", "if _same and _s.wake > _STALE:"),
    bug("a clock that starts wakes nobody", "kernel/afterwards.py", '_s.k{i} = _s.at; _s.wake = _STALE"', '_s.k{i} = _s.at"'),
    bug("a date given wakes nobody", "kernel/bands.py", 'else "elif _at < _s.wake: _s.wake = _at"', 'else "else: pass"'),
    bug("a date given to a part wakes nobody", "kernel/bands.py", '"elif _at < _s.member.due: _same = False"', '"else: pass"'),
    bug("time alone moves nobody in a customer", "kernel/inline.py", "<= _now < _whole.wake:", "<= _now:"),
    bug("the first time told starts no stay", "kernel/settle.py", "    begin(s, s.at)\n    return _told", "    return _told"),
    bug("a group forgets where it was left", "kernel/settle.py", "s.resume = {**s.resume, left: source}", "pass"),
    bug("visits are not counted", "kernel/settle.py", "tuple(n + (path in", "tuple(n + 0 * (path in"),
    bug(
        "CLEAR leaves the value as it was",
        "live/reports.py",
        "elif value is CLEAR:\n",
        "elif value is CLEAR and spec.default is not None:\n            continue\n        elif value is CLEAR:\n",
    ),
    bug(
        "a stay ends a hold",
        "kernel/settle.py",
        "if taken.stay:\n            plan.append",
        "if taken.stay:\n            s.hold = math.nan\n            plan.append",
    ),
    # compositions
    bug(
        "an event waits for a rule",
        "kernel/rounds.py",
        "if rule >= 0:\n                    self.took",
        "if rule >= 0 and s.c.step[s.phase](s) < 0:\n                    self.took",
    ),
    bug(
        "clocks are written before the rounds",
        "kernel/rounds.py",
        "        number = 1\n        active, self.active",
        "        number = 1\n        for m in self.active: m.state.c.clocks(m.state)\n        active, self.active",
    ),
    bug(
        "ports are computed inside a round",
        "kernel/rounds.py",
        "            fired = [(member, rule) for member in active if (rule := self.first(member, number)) >= 0]\n",
        "            fired, taken, woken = [], [], self.active\n"
        "            for member in active:\n"
        "                if (rule := self.first(member, number)) >= 0:\n"
        "                    fired.append((member, rule))\n"
        "                    taken.append((member, self.take(member, rule, number)))\n"
        "                    self.active = {}\n"
        "                    self.moved(member)\n"
        "                    self.whole.propagate(self.take_dirty(), self)\n"
        "                    woken.update(self.active)\n"
        "            self.active = woken\n",
        ("            taken = [(member, self.take(member, rule, number)) for member, rule in fired]\n", ""),
    ),
    bug(
        "whoever has left still counts",
        "kernel/rounds.py",
        "reading.of(member.state) if member.present else reading.nothing",
        "reading.of(member.state)",
    ),
    bug("a livelock leaves the time told", "kernel/whole.py", 'work.log.append(partial(setattr, self, "at", then))', "pass"),
    bug(
        "a livelock leaves the moves made",
        "kernel/rounds.py",
        "                s.c.load(s, saved)\n                del",
        "                del",
    ),
    bug(
        "a port forgets its default",
        "kernel/rooms.py",
        "return self.absent if self.last is None",
        "return math.nan if self.last is None",
    ),
    bug(
        "the share over nobody is 0",
        "kernel/rollup.py",
        "return self.a / self.b if self.b else MISSING",
        "return self.a / self.b if self.b else 0.0",
    ),
    bug("halves of a step go down", "kernel/rollup.py", "math.floor(round(steps, 9) + 0.5)", "math.ceil(round(steps, 9) - 0.5)"),
    bug(
        "a mean forgets its weight", "kernel/rollup.py", "({weight} * {value}, {weight}, 1) if {both}", "({value}, 1, 1) if {both}"
    ),
    bug(
        "where keeps what is unknown",
        "kernel/rollup.py",
        "{holds(roll_up.where)} else {nothing}",
        "not ({holds(roll_up.where, FALSE)}) else {nothing}",
    ),
    bug(
        "a joiner waits for the next observation",
        "kernel/rounds.py",
        "            self.before[member] = s.c.save(s)\n            self.active[member] = None",
        "            self.before[member] = s.c.save(s)",
    ),
    bug(
        "held parts move by rules",
        "kernel/rounds.py",
        "        if held:\n            return -1",
        "        if False:\n            return -1",
    ),
    bug("the order of telling is that of storage", "kernel/rounds.py", "sorted(steps, key=lambda step: step[0].key)", "steps"),
)


GATE_BUGS = (
    bug("a value in another band changes nothing", "kernel/c/read.c", "return !*other_band;", "return 1;"),
    bug("a date given wakes nobody", "kernel/c/read.c", "if (next < *wake) {", "if (next < 0) {"),
    bug("what one phase decides another does", "kernel/c/decide.c", "look_count + phase + 1;", "look_count + 1;"),
    bug("what never stops runs on", "kernel/c/follow.c", "(truths & 1) != (unsigned)runs", "(truths & 1) > (unsigned)runs"),
    bug("milestones are reached again", "kernel/c/follow.c", "truths & ~reached", "truths"),
    bug("a group forgets where it was left", "kernel/c/follow.c", "if (left == Py_None || left == entered) {", "if (1) {"),
    bug("nothing was due before", "kernel/c/follow.c", "if (rule->timed && at != then) {", "if (0) {"),
    bug("what was due is asked with the dates of today", "kernel/c/decide.c", "if (was[i] != NULL) {", "if (0) {"),
    bug("nothing became due between two reports", "kernel/c/decide.c", "if (after < at && at < next) {", "if (0) {"),
    bug("no data show a touchpoint to be done", "kernel/c/follow.c", "fresh = shown & ~seen;", "fresh = 0;"),
    bug("no day shows a touchpoint to be done", "kernel/gate.py", "touchpoints=True, phase=phase)", "phase=phase)"),
    bug("a rule asked once is true for ever", "kernel/c/decide.c", "decision->held |= truth ? bit : 0;", "decision->held |= bit;"),
    bug("who has joined a customer is not asked", "kernel/c/observe.c", "&& at < number_in(whole, wake_name, NULL)", ""),
    bug(
        "a date given to a part is not queued for",
        "kernel/c/observe.c",
        "wake == Py_HUGE_VAL || wake >=",
        "wake == wake || wake >=",
    ),
    bug("what the customer watches is not seen", "kernel/c/observe.c", "return !(watched & given) &&", "return"),
    bug("the gate knows no date", "kernel/gate.py", "for name, points in dates.items()}", "for name, points in ()}"),
    bug("the gate counts no events", "kernel/gate.py", "update(whole_cuts(op, write.number(limit)))", "update(())"),
)
"""Bugs of what stands before the generated Python."""


COLUMN_BUGS = (
    # one lifecycle in columns
    bug("a group forgets where it was left", "kernel/fleet.py", "        memory[left] = source", "        pass"),
    bug("the next customer inherits the clocks", "kernel/fleet.py", "        clocks[i] = NEVER", "        pass"),
    bug("a value at its limit changes nothing", "kernel/fleet.py", "elif x > limits[t, 1]:", "elif x >= limits[t, 1]:"),
    bug(
        "time alone moves nobody",
        "kernel/fleet.py",
        "        soon[i] = again\n        due = min(due, again)",
        "        soon[i] = again",
    ),
    # whole customers in columns
    bug(
        "whoever has left still counts",
        "replay/wholes/members.py",
        "            recount(g, k, n, (np.int64(1) << t[k, K.N_ENTRIES]) - 1)\n            note",
        "            note",
    ),
    bug(
        "what lives inside stays when a member leaves",
        "replay/wholes/members.py",
        "            while inside >= 0:",
        "            while False:",
    ),
    bug(
        "ports are read a round late",
        "replay/wholes/moments.py",
        "        propagate(g)\n        number += 1",
        "        if g[G.NEXT] == 0:\n            propagate(g)\n        number += 1",
    ),
    bug(
        "ports are computed inside a round",
        "replay/wholes/moments.py",
        "            wake(g, n)\n        propagate(g)",
        "            wake(g, n)\n            propagate(g)\n        propagate(g)",
    ),
    bug(
        "who joins is not told what all are told",
        "replay/wholes/members.py",
        "            if m[wire + WIRE.PART] == part:",
        "            if False:",
    ),
    bug(
        "rows of one instant are heard one after the other",
        "replay/wholes/kernel.py",
        "while end < n and row_at[end] == at and",
        "while end < n and row_at[end] == at and coming > 0 and",
    ),
    bug(
        "the clock of a member goes on in its next life",
        "replay/wholes/members.py",
        "        i[n, t[k, K.CLOCKS] + clock] = NEVER",
        "        pass",
    ),
    bug(
        "the clock of a member begins again",
        "replay/wholes/moments.py",
        "if runs != (i[n, since] != NEVER):",
        "if runs or i[n, since] != NEVER:",
    ),
    bug(
        "time alone moves no member",
        "replay/wholes/moments.py",
        "if i[n, N.DUE] > at:",
        "if i[n, N.DUE] > at or t[i[n, N.KIND], K.DEPTH] > 0:",
    ),
    bug(
        "a member of a member counts for the nearest room",
        "replay/wholes/rollups.py",
        "            room = i[room, N.PARENT]\n        kind =",
        "            room = i[n, N.PARENT]\n        kind =",
    ),
    bug(
        "a port forgets its default",
        "replay/wholes/rollups.py",
        "stored = x[m[wire + WIRE.ABSENT]] if value != value else value",
        "stored = value",
    ),
    bug(
        "the least and the greatest change places", "replay/wholes/rollups.py", "own < best if kind == 8", "own < best if kind != 8"
    ),
    bug(
        "an event of all is heard by one",
        "replay/wholes/moments.py",
        "        _offer(g, n, e)\n    if branches",
        "        _offer(g, n, e)\n        break\n    if branches",
    ),
)
"""Bugs of the walks over columns."""


def planted(bug: Bug, folder: Path) -> None:
    """A copy of the package and of these tests, with a bug in it.

    Raises:
        LookupError: the text is not there (once), so the bug must be written anew.
    """
    ignored = shutil.ignore_patterns("__pycache__", "*.so", "*.pyd")
    shutil.copytree(ROOT / "clmstate", folder / "clmstate", ignore=ignored)
    shutil.copytree(ROOT / "tests" / "conformance", folder / "tests" / "conformance", ignore=ignored)
    for name in ("setup.py", "setup.cfg", "pyproject.toml"):
        shutil.copy(ROOT / name, folder)
    file = folder / bug.file
    text = file.read_text("utf-8")
    for right, wrong in bug.edits:
        if text.count(right) != 1:
            raise LookupError(f"{bug.says}: {bug.file} does not say {right!r} once; write this bug anew")
        text = text.replace(right, wrong)
    if file.suffix == ".py":
        compile(text, bug.file, "exec")
    file.write_text(text, "utf-8")


def built(folder: Path) -> bool:
    """Compiles the gate in a folder; False where there is no compiler."""
    command = [sys.executable, "setup.py", "--quiet", "build_ext", "--inplace"]
    ran = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=300, check=False)
    assert ran.returncode == 0, ran.stderr
    return any(folder.glob("clmstate/kernel/_gate*.*[od]"))  # .so, .pyd; the part is optional, so failing is no error


def found_in(folder: Path, *kinds: str, gated: bool = False) -> str:
    """What the run in a folder finds, lives alone or customers first; nothing if all agree."""
    command = [sys.executable, "-m", "tests.conformance.planted", *kinds]
    env = os.environ | {
        "CLMSTATE_PURE": str(int(not gated)),
        "NUMBA_DISABLE_JIT": str(int("columns" in kinds or "wholes" in kinds)),
    }
    ran = subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, timeout=300, check=False)
    assert ran.returncode in (0, 3), ran.stdout + ran.stderr
    return ran.stdout.strip()


def tell(where: str, answer: object) -> None:
    """Says where a difference was; a bug that only breaks the engine was planted badly."""
    broken = isinstance(answer, str) and not answer.startswith("the journey")
    print(f"{where}: {answer}" if broken else where)
    sys.exit(4 if broken else 3)


def alone(steps: int = 12_000) -> None:
    """Looks for a difference in lifecycles on their own: in a few quiet ones, in restless ones, and in more quiet ones."""
    from tests.conformance import harness, quiet

    calm = enumerate(quiet.lives(Random(11), 400))
    quietly(islice(calm, 40))
    for index, (case, model) in enumerate(harness.lives(Random(5), steps, harness.Counts())):
        if found := harness.first_difference(harness.Compiled, model, case.steps, case.answers):
            tell(f"a lifecycle alone: life {index}, step {found[0]}", found[2])
    quietly(calm)


def quietly(lives: Iterable[tuple[int, tuple[Any, Any]]]) -> None:
    """Looks for a difference in lives in which little happens."""
    from tests.conformance import harness, quiet

    for index, (case, model) in lives:
        for engine in (harness.Compiled, *[harness.Part] * (index < 80)):
            if found := harness.first_difference(engine, model, case.steps):
                tell(f"a quiet lifecycle, {engine.name}: life {index}, step {found[0]}", found[2])
        if said := quiet.overlooked(harness.Compiled, model, case.steps):
            tell(f"a quiet lifecycle, touchpoints of life {index}, {said}", None)


def composed(deeds: int = 24_000) -> None:
    """Looks for a difference in compositions."""
    from tests.conformance import side_by_side

    for index, life in enumerate(side_by_side.lives(Random(5), deeds, side_by_side.WholeCounts())):
        if found := side_by_side.first_difference(
            side_by_side.CompiledCustomer, life.model, life.case.deeds, (life.answers, life.told)
        ):
            tell(f"a customer: life {index}, deed {found[0]}", found[2])


def columns(rows: int = 12_000) -> None:
    """Looks for a difference in lifecycles in columns."""
    from tests.conformance.test_columns import compare

    told_of("lifecycles in columns", partial(compare, rows=rows))


def wholes(rows: int = 10_000) -> None:
    """Looks for a difference in whole customers in columns."""
    from clmstate.replay.wholes import facts

    for name, (kind, axes) in facts.ARRAYS.items():  # before those who work with them are loaded
        setattr(facts, name, partial(at_address, facts.FACTS, kind, axes))
    from tests.conformance.whole_columns import agree

    told_of("whole customers in columns", partial(agree, rows=rows, often=3, customers=2))


def at_address(facts: int, kind: str, axes: int, g: Any, which: int) -> Any:
    """An array where the facts of a walk say that it is, as Numba finds it."""
    place = facts + 3 * which
    return _at(int(g[place]), tuple(map(int, g[place + 1 : place + 1 + axes])), kind)


@cache
def _at(address: int, shape: tuple[int, ...], kind: str) -> Any:
    import numpy as np

    size = math.prod(shape) * np.dtype(kind).itemsize
    return np.frombuffer((ctypes.c_char * size).from_address(address), kind).reshape(shape)


def told_of(where: str, compare: Callable[[int], object]) -> None:
    """Says where two ways to walk differ."""
    import numpy as np

    np.seterr(all="ignore")  # numbers of 64 bits run over as they do in the compiled walk
    try:
        with contextlib.redirect_stdout(sys.stderr):
            compare(5)
    except AssertionError as difference:
        tell(f"{where}: {str(difference).partition(chr(10))[0]}", None)


if __name__ == "__main__":
    for kind in sys.argv[1:]:
        {"alone": alone, "composed": composed, "columns": columns, "wholes": wholes}[kind]()
