"""Customers of an old version live on in a new one: nothing is lost, and what has no place is refused by name."""

from __future__ import annotations

import json
from random import Random
from typing import Any

import pytest

from clmstate import (
    CLEAR,
    Composition,
    Event,
    Lifecycle,
    Many,
    Milestone,
    One,
    Phase,
    Play,
    Signal,
    Threshold,
    Touchpoint,
    Transition,
)
from clmstate.analysis.versions import carried, freeze, frozen, migration, thaw
from clmstate.errors import ClmstateError, InputError
from models.dynamic.customer import Customer, EnterpriseCustomer
from tests.conformance import harness, side_by_side
from tests.conformance.compose import compositions
from tests.conformance.generate import models


class Deal(Lifecycle, version="1"):
    """The old version."""

    health = Signal.score("health")
    quiet = Signal.flag("quiet", default=False)
    ended = Event("contract ended")
    limit = Threshold(70)
    fresh = Phase("Fresh", initial=True, touchpoints=Touchpoint("Kick-off"))
    won = Phase("Won", standing="good")

    class doubt(Phase.Group):
        mild = Phase("Mild", initial=True)
        grave = Phase("Grave")

    lost = Phase("Lost", final=True)
    win = fresh.to(won, when=health >= limit, plays=[Play("Celebrate"), Play("Tell Sales")])
    slip = won.to(doubt, when=quiet.for_days(14))
    sink = doubt.mild.to(doubt.grave, when=health < 30)
    mend = doubt.to(won, when=(health >= 80) & ~quiet)
    again = won.to(doubt.resume, on=ended)
    first = Milestone("first success", when=health >= 90)


class Later(Deal, version="2"):
    """Won is called Live, a rule is gone, and visits are counted."""

    won = Phase.dropped()
    live = Phase("Won", standing="good")
    sink = Transition.dropped()
    win = Deal.fresh.to(live, when=(Deal.health >= Deal.limit) & ~Deal.quiet, plays=[Play("Tell Sales"), Play("Send flowers")])
    slip = live.to(Deal.doubt, when=Deal.quiet.named("silent").for_days(21))
    mend = Deal.doubt.to(live, when=(Deal.health >= 80) & ~Deal.quiet & (live.visits < 9))
    again = live.to(Deal.doubt.resume, on=Deal.ended)


def acme() -> Deal:
    deal = Deal("Acme")
    deal.observe(at="2026-01-01", health=95, quiet=True)
    deal.done_play(1)
    deal.tick("2026-01-15")
    deal.observe(at="2026-01-16", health=20)
    deal.observe(at="2026-01-17", health=85, quiet=False)
    deal.observe(at="2026-01-18", quiet=True)
    return deal


def test_what_has_no_place_is_refused_by_name() -> None:
    with pytest.raises(InputError) as caught:
        migration(Deal, Later)
    assert str(caught.value) == "CLM377 Deal.won: the phase 'won' is not in Later. Did you mean --as won=live."
    with pytest.raises(InputError, match="Nobody can stand nowhere"):
        migration(Deal, Later, {"won": None})
    with pytest.raises(InputError, match=r"the mapping names 'wno'. which it does not have. Did you mean 'won'"):
        migration(Deal, Later, {"won": "live", "wno": "live"})
    with pytest.raises(InputError, match=r"CLM377 Deal.sink: the transition 'sink' is not in Later. Map it"):
        carried(acme().snapshot(), migration(Deal, Later, {"won": "live"}))


def test_a_customer_lives_on() -> None:
    old = acme()
    way = migration(Deal, Later, {"won": "live", "sink": None})
    new = Later.restore(json.dumps(carried(json.loads(json.dumps(old.snapshot())), way)))
    assert (new.phase.path, new.health, str(new.at)) == ("live", 85, "2026-01-18")
    assert [str(move.target) for move in new.journey.moves] == [str(move.target) for move in old.journey.moves]
    by_hand = next(move for move in new.journey.moves if move.by == "hand")
    assert (by_hand.person, by_hand.reason) == ("Deal 1", "sink: health below 30")
    assert [play.play.label for play in new.open_plays] == ["Tell Sales"]
    assert [reached.label for reached in new.journey.milestones] == ["first success"]
    # the clock has run since the 18th, and is asked for a week more than before
    assert new.tick("2026-02-01") == ()
    (move,) = new.tick("2026-02-09")
    assert (move.name, str(move.target), str(move.due_since)) == ("slip", "Mild", "2026-02-08")
    (move,) = new.observe(at="2026-02-10", quiet=CLEAR, health=80)
    assert str(move.target) == "Won"  # visits were told from the journey, and were fewer than 9
    (back,) = new.send(Later.ended, at="2026-02-11", health=50)
    assert back.target.path == "doubt.mild"


def test_what_a_customer_holds_is_not_dropped_silently() -> None:
    class Poorer(Deal):
        first = Transition.dropped()
        win = Deal.win.evolve(plays=())
        fresh = Deal.fresh.evolve(touchpoints=())

    with pytest.raises(InputError, match=r"milestone 'first' is not in Poorer"):
        carried(acme().snapshot(), migration(Deal, Poorer))
    with pytest.raises(InputError, match=r"the play 'Tell Sales' of 'win' is open"):
        carried(acme().snapshot(), migration(Deal, Poorer, {"first": None}))
    kept = carried(acme().snapshot(), migration(Deal, Poorer, {"first": None, "Tell Sales": None}))
    assert Poorer.restore(kept).open_plays == ()


def test_values_that_no_longer_fit_are_told() -> None:
    data = frozen(Deal)
    del data["fingerprint"]
    text = json.dumps(data).replace('"high": 100', '"high": 94').replace('"value": 70', '"value": 60')
    tight = thaw(text.replace('"when": {"compare": [{"signal": "health"}, ">=", 90]}', '"when": {"flag": "quiet"}'))
    deal = Deal("Acme")
    deal.observe(at="2026-01-01", health=95)
    with pytest.raises(InputError, match=r"CLM377 Deal.health: 95 is above 94"):
        carried(deal.snapshot(), migration(Deal, tight))


def test_customers_of_a_composition_live_on() -> None:
    acme = Customer("Acme")
    acme.users.join("dana", at="2026-01-01", logins_28d=12)
    acme.contract.observe(at="2026-01-30", setup_done=True)
    acme.contract.send("product_bought", at="2026-02-09", instance="Analytics")
    acme.users.join("eli", at="2026-02-10")
    acme.users.leave("eli", at="2026-02-11")
    new = EnterpriseCustomer.restore(json.dumps(carried(acme.snapshot(), migration(Customer, EnterpriseCustomer))))
    assert {path: str(phase) for path, phase in new.phases.items()} == {path: str(phase) for path, phase in acme.phases.items()}
    assert len(new.journey) == len(acme.journey)


class Small(Composition):
    deal = One(Deal)
    others = Many(Deal)


class Smaller(Composition):
    contract = One(Later)


def test_parts_have_a_place_or_are_refused() -> None:
    with pytest.raises(InputError) as caught:
        migration(Small, Smaller)
    assert [d.place for d in caught.value.diagnostics] == ["Small.deal", "Small.others"]
    way = migration(Small, Smaller, {"deal": "contract", "others": None, "Deal.won": "live", "Celebrate": None})
    assert ("Small", "part", "deal", "contract") in way.table()
    small = Small("Acme")
    small.others.join("x", at="2026-01-01", health=95)
    small.deal.observe(at="2026-01-02", health=75)
    new = Smaller.restore(carried(small.snapshot(), way))
    assert [(str(move.part), move.target.path) for move in new.journey.moves] == [("contract", "live")]


@pytest.mark.parametrize(
    "damage",
    [
        lambda s: s | {"format": "x"}, lambda s: s | {"lifecycle": "Other"}, lambda s: s | {"values": {"nobody": 1}}, lambda s: s | {"journey": [5]},
        lambda s: {k: v for k, v in s.items() if k != "events"}, lambda s: s | {"clocks": {}}, lambda s: s | {"journey": [["move", "nothing"]]},
    ],
)  # fmt: skip
def test_what_is_no_snapshot_is_refused(damage: Any) -> None:
    with pytest.raises(InputError, match=r"CLM378|CLM377"):
        carried(damage(acme().snapshot()), migration(Deal, Deal))


# ---- random models, all of whose names change -------------------------------------------------------------------------------


def renamed(model: Any) -> tuple[Any, dict[str, str]]:
    """The same model with another name for everything that a snapshot names, and the mapping."""
    text = freeze(model)
    data = json.loads(text)
    del data["fingerprint"]
    names: dict[str, str] = {}
    for lifecycle in data["lifecycles"].values():
        for kind in ("signals", "events", "transitions", "milestones"):
            names |= {item["name"]: f"{item['name']}_new" for item in lifecycle.get(kind, ())}
        for item in lifecycle["phases"]:
            names |= {item.get("group", item.get("name")): f"{item.get('group', item.get('name'))}_new"}
    for one in data.get("compositions", {}).values():
        names |= {item["name"]: f"{item['name']}_new" for item in one["parts"]}

    def walk(value: Any, key: str = "") -> Any:
        if isinstance(value, dict):
            return {k: walk(v, k) for k, v in value.items()}
        if isinstance(value, list):
            return [walk(item, key) for item in value]
        if key == "finding":
            code, _, name = value.partition(" ")
            return f"{code} {walk(name)}"
        if key == "reason":
            return value
        if isinstance(value, str) and key not in ("label", "kind", "title", "doc", "named", "main", "one", "many", "threshold"):
            head, dot, tail = value.partition(".")
            return names.get(head, head) + dot + tail
        return value

    def top(value: Any) -> Any:
        return {k: {**walk(v), "name": v["name"], "title": v["title"]} for k, v in value.items()}

    data["lifecycles"] = top(data["lifecycles"])
    if "compositions" in data:
        data["compositions"] = top(data["compositions"])
    return thaw(json.dumps(data)), names


class Migrated(harness.Compiled):
    """Before each step the customer is carried over to a version in which everything is called otherwise, and back."""

    def __init__(self, model: Any) -> None:
        super().__init__(model)
        other, names = renamed(model)
        self.other = other
        self.there, self.back = migration(model, other, names), migration(other, model, {new: old for old, new in names.items()})

    def ask(self, step: Any) -> Any:
        before = json.loads(json.dumps(self.customer.snapshot()))
        moved = json.loads(json.dumps(self.other.restore(carried(before, self.there), engine="compiled").snapshot()))
        again = carried(moved, self.back)
        assert again == before
        self.customer = self.model.restore(again, engine=self.engine)
        return super().ask(step)


class MigratedCustomer(side_by_side.CompiledCustomer):
    """The same for a composed customer."""

    def __init__(self, model: Any) -> None:
        super().__init__(model)
        other, names = renamed(model)
        self.other = other
        self.there, self.back = migration(model, other, names), migration(other, model, {new: old for old, new in names.items()})

    def ask(self, deed: Any) -> Any:
        before = json.loads(json.dumps(self.customer.snapshot()))
        moved = json.loads(json.dumps(self.other.restore(carried(before, self.there), engine="compiled").snapshot()))
        self.customer = self.model.restore(carried(moved, self.back), engine=self.engine)
        return super().ask(deed)


def test_random_lives_go_on_wherever_they_are_carried() -> None:
    _, reports = harness.run(Migrated, Random(6), 300)
    assert not reports, reports[0]


def test_random_composed_lives_go_on_wherever_they_are_carried() -> None:
    for life in side_by_side.lives(Random(7), 80, side_by_side.WholeCounts()):
        assert not side_by_side.differing(MigratedCustomer, life)


@pytest.mark.full
def test_random_lives_go_on_for_long() -> None:
    _, reports = harness.run(Migrated, Random(8), 6_000)
    assert not reports, reports[0]
    for life in side_by_side.lives(Random(9), 1_200, side_by_side.WholeCounts()):
        assert not side_by_side.differing(MigratedCustomer, life)


def test_random_pairs_are_carried_or_refused() -> None:
    """Between models that have little in common: never anything but an answer."""
    rng = Random(10)
    pool: list[Any] = [model for _, (_, model) in zip(range(10), models(rng), strict=False)]
    pool += [model for _, (_, model) in zip(range(4), compositions(rng), strict=False)]
    outcomes: set[str] = set()
    for old in pool:
        for new in pool:
            try:
                way = migration(old, new)
                new.restore(carried(old("x").snapshot(), way))
                outcomes.add("carried")
            except ClmstateError as error:
                outcomes |= {d.code for d in error.diagnostics}
    assert outcomes == {"carried", "CLM375", "CLM377"}
