"""The contract of a large customer, as agreed: the words mean what they mean for everybody, with the market's own numbers."""

from __future__ import annotations

from typing import Any

import attrs

from clmstate import CLEAR, Event
from models.dynamic import Contract
from models.dynamic import EnterpriseContract as Large
from tests.models.scenarios import test_contract as general
from tests.models.scenarios.agreed import Agreed, Case, Way, days
from tests.models.scenarios.test_contract import FAIR, FAR, HEALTHY, NOT_HEALTHY, ON_GOOD_TERMS, STILL_HEALTHY, STRAINED, Told

__all__ = ["AGREED", "CALM", "CALM_IN", "WAYS"]

NEAR: dict[str, Any] = {"renewal_on": days(150)}
SOME = {"users_adopted": 0.65}
"""Enough to be live and not to relapse, too little to be adopted."""


def said(several: dict[str, Told], *takes: Any) -> dict[str, Case]:
    """What words mean, as cases; perhaps something else is taken."""
    return {name: Case(facts, past=past, takes=takes or None) for name, (facts, past) in several.items()}


IN_WINDOW = {"half a year to go": Case({"renewal_on": days(180)}), "signed long ago": Case(past={Large.renewed: 181})}
NOT_IN_WINDOW = {
    "a day too early": Case({"renewal_on": days(181)}),
    "nobody knows the date": Case({"renewal_on": None}),
    "just signed": Case(past={Large.renewed: 180}),
}
WORRYING = {name: case for name, case in said(general.WORRYING).items() if "sponsor" not in case.facts}


def instead(several: dict[str, Case], *takes: Any) -> dict[str, Case]:
    """The same cases, in which something else is taken."""
    return {name: attrs.evolve(case, takes=takes) for name, case in several.items()}


def renewals() -> list[Agreed]:
    """How a renewal begins."""
    found = []
    for phase in (Large.adoption, Large.success):
        healthy, fair = HEALTHY | NEAR | SOME, FAIR | NEAR | SOME
        tense = said(NOT_HEALTHY, Large.renew_tense)
        if phase == Large.success:
            tense.pop("nobody decides on our side")  # whoever has nobody left goes back to Adoption first
        found += [
            Agreed((Large.renew_calm,), phase, healthy, enough=said(STILL_HEALTHY) | IN_WINDOW | tense, short=NOT_IN_WINDOW),
            Agreed((Large.renew_tense,), phase, fair, enough=IN_WINDOW, short=NOT_IN_WINDOW),
            Agreed((Large.renew_tense,), phase, healthy | {"escalations": 1}, enough=said(STILL_HEALTHY) | IN_WINDOW),
        ]
    return found


def growth() -> list[Agreed]:
    """Who grows, and until when."""
    more = {"expansion": True}
    healthy = HEALTHY | FAR | SOME | more
    return [
        *(
            Agreed((Large.grow,), phase, healthy, enough=said(STILL_HEALTHY), short={"no signal": Case({"expansion": False})})
            for phase in (Large.adoption, Large.success)
        ),
        Agreed((Large.grow,), Large.adoption, healthy, short=said(NOT_HEALTHY)),
        # a falling score alone does not put a happy renewal at risk here
        Agreed((Large.grow,), Large.renewal.happy, HEALTHY | NEAR | more, short=said(NOT_HEALTHY) | {"poor": Case({"health": 20})}),
        Agreed((Large.return_from,), Large.growth, FAIR | FAR | SOME, short={"still": Case(more)}),
        Agreed(
            (Large.worry_big,),
            Large.growth,
            FAIR | NEAR | more | {"health": 59},
            enough=IN_WINDOW | fair(WORRYING),
            short=NOT_IN_WINDOW | fair(said(general.NOT_YET_WORRYING)),
        ),
    ]


def fair(several: dict[str, Case]) -> dict[str, Case]:
    """The same cases of customers whose score is neither healthy nor worrying."""
    return {name: attrs.evolve(case, facts={"health": 65, **case.facts}) for name, case in several.items()}


AGREED = [
    Agreed(
        (Large.go_live,),
        Large.onboarding,
        {"setup_done": True, "users_adopted": 0.55},
        enough={"half of them": Case({"users_adopted": 0.5})},
        short={
            "nearly half of them": Case({"users_adopted": 0.49}),
            "nobody knows": Case({"users_adopted": None}),
            "not set up": Case({"setup_done": False}),
        },
    ),
    Agreed(
        (Large.relapse,),
        Large.success,
        FAIR | FAR | {"users_adopted": 0.59},
        enough={"nobody knows any more": Case({"users_adopted": CLEAR})},
        short={"three in five": Case({"users_adopted": 0.6}), "not yet for two weeks": Case(since=13)},
        since=14,
        before={"users_adopted": 0.9},
    ),
    Agreed(
        (Large.adopt,),
        Large.adoption,
        FAIR | FAR | {"users_adopted": 0.85},
        enough={"seven in ten": Case({"users_adopted": 0.7}), **said(ON_GOOD_TERMS)},
        short={
            "not quite": Case({"users_adopted": 0.69}),
            "nobody knows": Case({"users_adopted": None}),
            "worse": Case({"escalations": 1}),
            **said(STRAINED),
        },
    ),
    *(
        Agreed(
            (Large.lose_sponsor,),
            phase,
            FAIR | FAR | SOME | {"expansion": True, "sponsor": False},
            short={"one": Case({"sponsor": True})},
        )
        for phase in (Large.success, Large.growth)
    ),
    *renewals(),
    Agreed(
        (Large.save,),
        Large.renewal.high_risk,
        HEALTHY | NEAR,
        enough=said(STILL_HEALTHY) | IN_WINDOW | instead(NOT_IN_WINDOW, Large.go_back),
        short=said(NOT_HEALTHY),
        events=(Large.saved,),
    ),
    Agreed(
        (Large.go_back,),
        Large.renewal.high_risk,
        FAIR | FAR,
        enough={name: attrs.evolve(case, facts={**NEAR, **case.facts}) for name, case in NOT_IN_WINDOW.items()},
        short={name: attrs.evolve(case, facts={**NEAR, **case.facts}) for name, case in IN_WINDOW.items()},
        events=(Large.saved,),
    ),
    Agreed(
        (Large.calm_down,),
        Large.renewal.high_risk,
        HEALTHY | NEAR,
        enough={"a notice long ago": Case(past={Large.notice: 366}), **said(STILL_HEALTHY)},
        short={"a notice within the year": Case(past={Large.notice: 365}), **said(NOT_HEALTHY)},
    ),
    *growth(),
]
"""What moves a large contract, and what is just enough or just not."""

CALM: dict[str, Any] = general.CALM | SOME | {"renewal_on": days(300), "last_contact": days(0)}
CALM_IN: dict[Any, Any] = {}


def _way(phase: Any, facts: dict[str, Any], event: Event | None, since: int) -> Way:
    told = {name: value for name, value in facts.items() if name != "renewal"}
    return Way(phase, told | ({"renewal_on": days(facts["renewal"])} if "renewal" in facts else {}), event, since)


WAYS = {one: _way(*way, since=14 if one == Contract.relapse else 0) for one, way in general.WAYS.items()}
