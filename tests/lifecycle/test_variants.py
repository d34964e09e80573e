"""Variants inherit, override, extend and drop; their parents stay as they are."""

from __future__ import annotations

import pytest

from clmstate import Event, Lifecycle, Phase, Signal, Threshold, Touchpoint, Transition, anywhere, never


class Contract(Lifecycle, title="Main contract", version="1", refs=["S1"]):
    """The parent."""

    health = Signal.score("health")
    notice = Event("notice received")
    limit = Threshold(70)
    new = Phase("New", initial=True)
    live = Phase("Live", owner="CSM")

    class renewal(Phase.Group, label="The renewal", ref="S2"):
        """Before the end of the term."""

        happy = Phase("Happy", initial=True)
        sad = Phase("Sad")

    lost = Phase("Lost", final=True)
    first = live.to(new, when=health < 10)
    second = live.to(renewal.sad, when=health < limit)
    third = live.to(renewal.happy, on=notice)
    calm = renewal.to(live, when=health > 90)
    fret = renewal.happy.to(renewal.sad, when=health < 20)
    end = anywhere.to(lost, on=notice)
    promises = (never(lost).before(live),)


class Large(Contract, market="Enterprise"):
    limit = Threshold(80)
    live = Contract.live.evolve(owner="Named CSM")
    first = Transition.dropped()
    zero = Contract.live.to(Contract.lost, when=Contract.health < 1)
    second = Contract.live.to(Contract.renewal.happy, when=Contract.health < Contract.limit, why="more at stake")

    class renewal(Contract.renewal):
        calm = Phase("Calm")
        sad = Phase.dropped()

    fret = Transition.dropped()


class Huge(Large, version="2"):
    health = Contract.health


def names(lifecycle: type[Lifecycle], path: str) -> list[str]:
    return [transition.name for transition in lifecycle.definition.ways_out(path)]


def test_parent_is_untouched() -> None:
    assert list(Contract.definition.transitions) == ["first", "second", "third", "calm", "fret", "end"]
    assert Contract.definition.thresholds["limit"].value == 70
    assert Contract.live.owner is not None
    assert Contract.live.owner.name == "CSM"
    assert [phase.path for phase in Contract.renewal] == ["renewal.happy", "renewal.sad"]
    assert Contract.health.spec.name == "health"
    assert {home.name for home in (Contract.health >= 1)._homes} == {"Contract"}


def test_everything_inherited_is_bound_to_the_child() -> None:
    assert {home.name for home in (Large.health >= 1)._homes} == {"Large"}
    assert {home.name for home in (Huge.health >= 1)._homes} == {"Huge"}
    assert Large.new.home.name == "Large"
    assert Large.renewal.home is not Contract.renewal.home
    assert Large.renewal.happy in Large.renewal
    assert Large.limit.spec.value == 80


def test_an_override_keeps_its_parents_place() -> None:
    assert names(Contract, "live") == ["first", "second", "third", "end"]
    assert names(Large, "live") == ["second", "third", "zero", "end"]


def test_ways_out_are_own_then_the_groups_then_anywhere() -> None:
    assert names(Contract, "renewal.happy") == ["fret", "calm", "end"]
    assert names(Contract, "renewal.sad") == ["calm", "end"]
    assert names(Contract, "lost") == []


def test_groups_are_extended_and_shortened() -> None:
    assert Large.definition.groups["renewal"].children == ("renewal.happy", "renewal.calm")
    assert Large.definition.groups["renewal"].label == "The renewal"
    assert Large.definition.groups["renewal"].ref == "S2"


def test_what_is_dropped_stays_dropped_further_down() -> None:
    assert "first" not in Huge.definition.transitions
    assert [phase.path for phase in Huge.renewal] == ["renewal.happy", "renewal.calm"]


def test_keywords_and_promises_are_inherited() -> None:
    assert (Huge.definition.title, Huge.definition.market, Huge.definition.version) == ("Main contract", "Enterprise", "2")
    assert Huge.definition.refs == ("S1",)
    assert Huge.definition.doc == "The parent."
    assert Huge.definition.promises == Contract.definition.promises


def test_a_declaration_is_reused_by_a_twin() -> None:
    class Other(Lifecycle):
        wellbeing = Contract.health
        new = Phase("New", initial=True)

    assert Other.wellbeing.spec.name == "wellbeing"
    assert Contract.health.spec.name == "health"
    assert {home.name for home in (Contract.health >= 1)._homes} == {"Contract"}


def test_two_parents_are_read_in_pythons_order() -> None:
    class Left(Contract):
        second = Transition.dropped()

    class Right(Contract):
        third = Contract.third.evolve(why="right")

    class Both(Left, Right):
        pass

    assert "second" not in Both.definition.transitions
    assert Both.third.why == "right"


def test_a_group_sees_what_stands_above_it_and_not_what_stands_below() -> None:
    class Deal(Lifecycle):
        seats = Signal.count("seat")

        class trial(Phase.Group, initial=True):
            quiet = Phase("Quiet", initial=True, touchpoints=[Touchpoint("Invite", why="w", how="h", done=seats > 1)])  # type: ignore[name-defined]  # noqa: F821

    acme = Deal("Acme")
    acme.observe(at="2026-01-05", seats=2)
    assert [seen.label for seen in acme.journey.touchpoints] == ["Invite"]
    with pytest.raises(NameError, match="later"):

        class Late(Lifecycle):
            class trial(Phase.Group, initial=True):
                quiet = Phase("Quiet", initial=True, touchpoints=[Touchpoint("Invite", why="w", how="h", done=later)])  # type: ignore[name-defined]  # noqa: F821

            later = Signal.flag("later")
