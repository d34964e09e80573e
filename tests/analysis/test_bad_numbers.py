"""What is wrong with numbers is said with a code, a place and a remedy; all of it together."""

from __future__ import annotations

import math
from collections.abc import Callable

import pytest

from clmstate import ClmstateError, Event, InputError, Lifecycle, Phase
from clmstate.analysis import (
    absorption,
    chain,
    counted,
    expected_steps,
    fit_retention,
    measured,
    segments,
    sensitivity,
    smallest_cut,
    survival,
    value,
    visits,
)


class Deal(Lifecycle):
    signed, quiet, back = Event("contract signed"), Event("nobody answers"), Event("they call again")
    new = Phase("New", initial=True)
    stale = Phase("Stale")
    won = Phase("Won", final=True)
    win = new.to(won, on=signed)
    fade = new.to(stale, on=quiet)
    revive = stale.to(new, on=back)
    wait = new.stay(on=back)


IN_OUT = chain({"in": {"in": 0.5, "out": 0.5}})
FOR_EVER = chain({"a": {"b": 1.0}, "b": {"a": 1.0}, "c": {"d": 1.0}})

WRONG: dict[str, tuple[Callable[[], object], list[str]]] = {
    "sum below 1": (lambda: chain({"a": {"b": 0.3, "a": 0.6}}), ["CLM551"]),
    "sum above 1": (lambda: chain({"a": {"b": 0.6, "a": 0.6}}), ["CLM551"]),
    "sum off by rounding": (lambda: chain({"a": {"b": 0.333, "c": 0.333, "a": 0.333}}), ["CLM551"]),
    "an empty row": (lambda: chain({"a": {}}), ["CLM551"]),
    "negative": (lambda: chain({"a": {"b": -0.5, "a": 1.5}}), ["CLM552"]),
    "NaN": (lambda: chain({"a": {"b": math.nan, "a": 0.5}}), ["CLM553"]),
    "infinite": (lambda: measured({"a": {"b": math.inf}}), ["CLM553"]),
    "a word": (lambda: chain({"a": {"b": "half"}}), ["CLM553"]),  # type: ignore[dict-item]
    "a truth": (lambda: measured({"a": {"b": True}}), ["CLM553"]),
    "nothing counted": (lambda: measured({"a": {"b": 0}}), ["CLM554"]),
    "negative counts": (lambda: measured({"a": {"b": 3, "c": -1}}), ["CLM552"]),
    "all at once": (lambda: chain({"a": {"b": 0.3}, "b": {"a": -1.0}, "c": {"a": math.nan}}), ["CLM551", "CLM552", "CLM553"]),
    "no rows": (lambda: chain({}), ["CLM557"]),
    "a phase that is not there": (lambda: chain({"new": {"one": 1.0}}, of=Deal), ["CLM555"]),
    "a way that is not there": (lambda: chain({"stale": {"won": 1.0}}, of=Deal), ["CLM556"]),
    "a final phase that is left": (lambda: measured({"won": {"new": 1}}, of=Deal), ["CLM556"]),
    "segments, together": (lambda: segments({"s": {"a": {"b": -1}}, "l": {"a": {"b": 0}}}), ["CLM552", "CLM554"]),
    "an amount of nobody": (lambda: value(IN_OUT, {"int": 1.0}, discount=0.1), ["CLM555"]),
    "an amount that is none": (lambda: value(IN_OUT, {"in": math.nan}, discount=0.1), ["CLM553"]),
    "a negative discount": (lambda: value(IN_OUT, {"in": 1.0}, discount=-0.1), ["CLM552"]),
    "NaN as a discount": (lambda: value(IN_OUT, {"in": 1.0}, discount=math.nan), ["CLM553"]),
    "half a step": (lambda: survival(IN_OUT, "in", 1.5), ["CLM553"]),  # type: ignore[arg-type]
    "steps backwards": (lambda: value(IN_OUT, {"in": 1.0}, steps=-1), ["CLM552"]),
    "an end with an amount": (lambda: value(IN_OUT, {"out": 1.0}), ["CLM559"]),
    "no end, absorption": (lambda: absorption(FOR_EVER), ["CLM558"]),
    "no end, steps": (lambda: expected_steps(FOR_EVER), ["CLM558"]),
    "no end, visits": (lambda: visits(FOR_EVER), ["CLM558"]),
    "no end, value": (lambda: value(FOR_EVER, {"a": 1.0}), ["CLM558"]),
    "an end too far to tell": (lambda: visits(measured({"a": {"b": 1}, "b": {"a": 1e30, "end": 1}})), ["CLM558"]),
    "survival of nobody": (lambda: survival(IN_OUT, "on", 3), ["CLM555"]),
    "lost where one comes back": (lambda: survival(IN_OUT, "out", 3, lost="in"), ["CLM560"]),
    "a negative point": (lambda: sensitivity(IN_OUT, lambda c: 0.0, point=-0.01), ["CLM552"]),
    "one year only": (lambda: fit_retention([1000, 800]), ["CLM561"]),
    "survivors who return": (lambda: fit_retention([1000, 800, 900]), ["CLM561"]),
    "nobody leaves": (lambda: fit_retention([1000, 1000, 1000]), ["CLM561"]),
    "survivors unknown": (lambda: fit_retention([1000, math.nan, 900]), ["CLM553"]),
    "customers who do not differ": (lambda: fit_retention([1000, 500, 250, 125]), ["CLM562"]),
    "half leave at once": (lambda: fit_retention([1000, 500, 500, 500]), ["CLM562"]),
    "a cut before the start": (lambda: smallest_cut(Deal, Deal.new), ["CLM550"]),
}


@pytest.mark.parametrize("case", WRONG)
def test_wrong_numbers_are_refused(case: str) -> None:
    attempt, codes = WRONG[case]
    with pytest.raises(ClmstateError) as caught:
        attempt()
    assert isinstance(caught.value, InputError)
    assert [diagnostic.code for diagnostic in caught.value.diagnostics] == codes


def test_the_segment_is_named() -> None:
    with pytest.raises(InputError, match=r"segment small, from a: nothing was counted"):
        segments({"small": {"a": {"b": 0}}})


def test_without_an_end_a_discount_or_a_horizon_still_gives_a_value() -> None:
    assert value(FOR_EVER, {"a": 1.0}, discount=1.0)["a"] == pytest.approx(4 / 3)
    assert value(FOR_EVER, {"a": 1.0}, steps=3)["a"] == 2.0
    assert survival(FOR_EVER, "a", 2) == (1.0, 1.0, 1.0)


def test_a_lifecycle_gives_order_and_ends() -> None:
    made = chain({Deal.new: {Deal.won: 0.5, Deal.stale: 0.5}, Deal.stale: {Deal.new: 0.25, Deal.stale: 0.75}}, of=Deal)
    assert made.phases == ("new", "stale", "won")
    assert made.absorbing == ("won",)
    assert absorption(made)["new"] == {"won": 1.0}


def test_a_zero_needs_no_way() -> None:
    assert chain({"stale": {"stale": 1.0, "won": 0.0}}, of=Deal).absorbing == ("new", "stale", "won")


def test_journeys_are_counted_by_rule_and_event_only() -> None:
    acme = Deal("Acme")
    acme.send(Deal.quiet, at="2026-01-01")
    acme.send(Deal.back, at="2026-02-01")
    acme.send(Deal.back, at="2026-02-02")  # stays
    acme.move(Deal.stale, by="Dana", reason="we were told", at="2026-02-03")
    acme.send(Deal.back, at="2026-02-04")
    acme.send(Deal.signed, at="2026-03-01")
    moves = counted([acme.journey, acme.journey])
    assert moves == {"new": {"stale": 2, "won": 2}, "stale": {"new": 4}}
    assert measured(moves, of=Deal).matrix[0].tolist() == [0.0, 0.5, 0.5]
