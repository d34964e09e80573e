"""What tests of transition logic cost: a step of a scenario on either engine, many scenarios, and all that is generated for a contract.

Run alone: ``python -m tests.bench.scenarios [scenarios]``. Each figure is processor time of this one process; the load average is said,
as a busy machine makes processor time dearer too. The story is one that a test would tell: each step is one observation with what is expected of it.
"""

from __future__ import annotations

import datetime as dt
import os
import statistics
import sys
import time
from collections.abc import Callable
from typing import Any

from clmstate import Transition
from clmstate.analysis.proofs.witness import Witnesses
from clmstate.kernel import compiled
from clmstate.testing import scenario
from clmstate.testing.coverage import Asking, duties
from clmstate.testing.generated import blocks, decisions, fewest_journeys, pair_journeys, rivals, shown_transitions
from clmstate.testing.mutation import mutants_of
from models.dynamic import Contract
from tests.testing.test_generated import every_journey, lived, replayed

__all__ = ["generation", "main", "steps", "story"]

MANY, REPETITIONS = 10_000, 5
STEP_COMPILED, STEP_LIVE, MANY_SECONDS, GENERATED_SECONDS = 20e-6, 200e-6, 10.0, 10.0  # what is wanted


def day(number: int) -> dt.date:
    """So many days after the first."""
    return dt.date(2026, 1, 5) + dt.timedelta(days=number)


STEPS: list[tuple[dt.date, dict[str, Any], tuple[Transition, ...]]] = [
    (day(0), {"renewal_on": day(364), "last_contact": day(0), "nps": 8}, ()),
    (day(14), {"health": 72, "users_adopted": 0.2}, ()),
    (day(28), {"setup_done": True, "users_adopted": 0.55, "last_contact": day(27)}, (Contract.go_live,)),
    (day(42), {"users_adopted": 0.7, "health": 74}, ()),
    (day(56), {"users_adopted": 0.85, "last_contact": day(55)}, (Contract.adopt,)),
    (day(70), {"health": 80}, ()),
    (day(84), {"users_adopted": 0.5, "last_contact": day(83)}, ()),
    (day(98), {"health": 75}, (Contract.relapse,)),
    (day(112), {"users_adopted": 0.9, "last_contact": day(110)}, (Contract.adopt,)),
    (day(126), {"health": 81}, ()),
]
"""When, what is told, and which transitions are taken."""


def story(engine: Any) -> None:
    """One scenario as a test tells it, with an expectation for each step."""
    told = scenario(Contract, engine=engine)
    for at, values, takes in STEPS:
        told.on(at, **values)
        if takes:
            told.takes(*takes)
        else:
            told.stays()


def _stories(engine: Any, number: int) -> float:
    """Seconds for so many scenarios."""
    before = time.process_time()
    for _ in range(number):
        story(engine)
    return time.process_time() - before


def _step(engine: Any, number: int) -> float:
    """Seconds for each step, the making of the customer included; the median of some repetitions."""
    story(engine)
    each = (_stories(engine, number) for _ in range(REPETITIONS))
    return statistics.median(each) / number / len(STEPS)


def _told(what: str, found: str, wanted: str, met: bool) -> None:
    print(f"{what:<78} {found:>10}   {wanted:<13} {'met' if met else 'NOT met'}", flush=True)


def steps(many: int) -> None:
    """What scenarios cost."""
    for engine, number, wanted in (("compiled", 500, STEP_COMPILED), ("live", 50, STEP_LIVE)):
        found = _step(engine, number)
        _told(f"a step of a scenario, {engine}", f"{found * 1e6:.1f} us", f"< {wanted * 1e6:.0f} us", found < wanted)
    found = _stories("compiled", many)
    _told(f"{many:,} scenarios of {len(STEPS)} steps, compiled", f"{found:.2f} s", f"< {MANY_SECONDS:.0f} s", found < MANY_SECONDS)


def generation() -> None:
    """What generating costs, for the contract; nothing is kept from one line to the next."""
    definition = Contract.definition
    spent: dict[str, float] = {}

    def took(what: str, run: Callable[[], Any]) -> Any:
        before = time.process_time()
        made = run()
        spent[what] = time.process_time() - before
        return made

    witnesses = took("the prover is made", lambda: Witnesses(definition))
    shown, unreached = took("witnesses and boundaries", lambda: shown_transitions(definition, witnesses))
    fewest = took("shortest journeys for all transitions", lambda: fewest_journeys(definition, witnesses))
    pairs = took("shortest journeys through all pairs", lambda: pair_journeys(definition, witnesses))
    decided, undecided = took("MC/DC, leaf by leaf", lambda: decisions(definition, witnesses))
    either = took("who comes first where two could be taken", lambda: rivals(definition, witnesses))
    owed, impossible = took("what can be seen at all, MC/DC among it", lambda: duties(Asking(compiled(definition).program)))
    mutants = took("mutants, each a definition", lambda: [mutant.changed() for mutant in mutants_of(definition)])
    written = took(
        "tests written",
        lambda: blocks(Contract, shown, (*unreached, *pairs.unreached, *undecided), pairs.shown, fewest.shown, decided, either),
    )
    counts = (
        "",
        f"{len(shown)} transitions, {sum(len(one.just) + len(one.short) for one in shown)} neighbours, {len(unreached)} unreached",
        f"{len(fewest.shown)} journeys of {fewest.moves} moves, at least {fewest.fewest}",
        f"{len(pairs.shown)} journeys of {pairs.moves} moves, at least {pairs.fewest}, {len(pairs.unreached)} pairs unreached",
        f"{len(decided)} leaves, {sum(len(one.cases) for one in decided)} observations, {sum(not one.proved for one in undecided)} not found",
        f"{len(either)} journeys",
        f"{len(owed)} duties ({sum(duty.kind == 'mcdc' for duty in owed)} MC/DC), {len(impossible)} proved impossible",
        f"{len(mutants)} mutants",
        f"{len(written)} tests",
    )
    for (what, seconds), count in zip(spent.items(), counts, strict=True):
        print(f"    {f'{what}: {count}':<120} {seconds:8.2f} s")
    total = sum(spent.values())
    _told("all generation for the contract", f"{total:.2f} s", f"< {GENERATED_SECONDS:.0f} s", total < GENERATED_SECONDS)
    journeys = every_journey([*shown, *fewest.shown, *pairs.shown])
    journeys += [[*steps] for one in decided for _, steps in one.cases] + [[*one.steps] for one in either]
    before = time.process_time()
    for one in journeys:
        replayed(definition, one)
        lived(Contract, one)
    print(
        f"    each of {len(journeys)} journeys replayed by the oracle and the live engine, alike: {time.process_time() - before:.2f} s"
    )


def main(arguments: list[str]) -> int:
    """Measures and tells."""
    print(f"processor time; load average {', '.join(f'{one:.1f}' for one in os.getloadavg())}")
    steps(int(arguments[0]) if arguments else MANY)
    generation()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
