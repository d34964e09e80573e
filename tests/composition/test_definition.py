"""Mistakes of a composition's definition: each with its code and place, all reported together."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from clmstate import Composition, DefinitionError, Event, Lifecycle, Many, One, Phase, Signal
from clmstate.lifecycle import Lifecycle as Base


class User(Lifecycle):
    logins = Signal.count("login", default=0)
    weight = Signal.change("weight")
    spend = Signal.money("spend", low=0)
    admin = Signal.flag("admin", default=False)
    plan = Signal.choice("plan", "Pro", "Team")
    active = Phase("Active", initial=True)
    idle = Phase("Idle")


class Deal(Lifecycle):
    share = Signal.share("share", port=True)
    count = Signal.count("count", port=True)
    few = Signal.count("few", high=5, port=True)
    flag = Signal.flag("flag", port=True)
    color = Signal.choice("color", "red", "blue", port=True)
    health = Signal.score("health")
    bought = Event("product bought", names_instance=True)
    notice = Event("notice")
    new = Phase("New", initial=True)
    won = Phase("Won")


class Plain(Lifecycle):
    paid = Signal.flag("paid", port=True)
    note = Signal.flag("note", default=False)
    new = Phase("New", initial=True)


class Pair(Composition, embedded=True):
    first = One(Plain)
    second = One(Plain)


class Empty(Composition):
    pass


class NoPhases(Base):
    health = Signal.score("health")


def codes(make: Callable[[], Any]) -> list[tuple[str, str]]:
    with pytest.raises(DefinitionError) as told:
        make()
    for diagnostic in told.value.diagnostics:
        assert diagnostic.cause
        assert diagnostic.remedy
    return [(diagnostic.code, diagnostic.place) for diagnostic in told.value.diagnostics]


def wired(line: Callable[[One[Deal], Many[User]], object]) -> Callable[[], Any]:
    """A composition with one line of wiring, and no other mistakes than its own."""

    def make() -> Any:
        class Account(Composition, embedded=True):
            deal = One(Deal)
            users = Many(User)
            wiring = (line(deal, users),)

        return Account

    return make


WRONG: list[tuple[str, str, Callable[[One[Deal], Many[User]], object]]] = [
    ("CLM132", "deal.health", lambda deal, users: deal[Deal.health].fed_by(users.mean(User.logins))),  # not a port
    ("CLM132", "deal.paid", lambda deal, users: deal[Plain.paid].fed_by(users.any_in(User.active))),  # of another lifecycle
    ("CLM132", "deal.?", lambda deal, users: deal["share"].fed_by(users.share_in(User.active))),  # type: ignore[index]
    ("CLM135", "deal.share", lambda deal, users: deal[Deal.share].fed_by(users.count())),
    ("CLM135", "deal.count", lambda deal, users: deal[Deal.count].fed_by(users.mean(User.logins))),
    ("CLM135", "deal.few", lambda deal, users: deal[Deal.few].fed_by(users.count())),
    ("CLM135", "deal.flag", lambda deal, users: deal[Deal.flag].fed_by(users.share_in(User.active))),
    ("CLM135", "deal.share", lambda deal, users: deal[Deal.share].fed_by(users.any_in(User.active))),
    ("CLM135", "deal.color", lambda deal, users: deal[Deal.color].fed_by(users.any_in(User.active))),
    ("CLM135", "deal.share", lambda deal, users: deal[Deal.share].fed_by(0.5)),  # type: ignore[arg-type]
    ("CLM135", "deal.flag", lambda deal, users: deal[Deal.flag].fed_by(deal.is_in(Deal.won) & users.count())),
    ("CLM135", "deal.flag", lambda deal, users: deal[Deal.flag].fed_by(~users.share_in(User.active))),
    ("CLM135", "deal.flag", lambda deal, users: deal[Deal.flag].fed_by(deal.is_in(Deal.won) | True)),  # type: ignore[operator]
    ("CLM135", "deal.flag", lambda deal, users: deal[Deal.flag].fed_by(True & deal.is_in(Deal.won))),  # type: ignore[operator]
    ("CLM136", "deal.share", lambda deal, users: deal[Deal.share].fed_by(users.share_in(Deal.won))),
    ("CLM136", "deal.share", lambda deal, users: deal[Deal.share].fed_by(users.share_in())),
    ("CLM136", "deal.share", lambda deal, users: deal[Deal.share].fed_by(users.share_in("active"))),  # type: ignore[arg-type]
    ("CLM136", "deal.flag", lambda deal, users: deal[Deal.flag].fed_by(deal.is_in(User.active))),
    ("CLM137", "deal.count", lambda deal, users: deal[Deal.count].fed_by(users.sum(Deal.count))),
    ("CLM137", "deal.count", lambda deal, users: deal[Deal.count].fed_by(users.sum(User.admin))),  # type: ignore[arg-type]
    ("CLM137", "deal.count", lambda deal, users: deal[Deal.count].fed_by(users.max("logins"))),  # type: ignore[arg-type]
    ("CLM137", "deal.share", lambda deal, users: deal[Deal.share].fed_by(users.share_where(Deal.health >= 5))),
    ("CLM137", "deal.share", lambda deal, users: deal[Deal.share].fed_by(users.where(Deal.health >= 5).share_in(User.active))),
    ("CLM137", "deal.share", lambda deal, users: deal[Deal.share].fed_by(users.share_where(User.active.visits >= 2))),
    ("CLM137", "deal.share", lambda deal, users: deal[Deal.share].fed_by(users.where(True).share_in(User.active))),  # type: ignore[arg-type]
]


@pytest.mark.parametrize(("code", "place", "line"), WRONG)
def test_a_wrong_line(code: str, place: str, line: Any) -> None:
    assert codes(wired(line)) == [(code, f"Account.wiring, {place}")]


def test_a_weight_may_not_be_negative() -> None:
    class Mean(Lifecycle):
        change = Signal.number("change", step=0.01, port=True)
        new = Phase("New", initial=True)

    def make() -> None:
        class Account(Composition):
            middle = One(Mean)
            users = Many(User)
            wiring = middle[Mean.change].fed_by(users.mean(User.spend, weight=User.weight))

    assert codes(make) == [("CLM137", "Account.wiring, middle.change")]


def test_what_is_no_line_of_wiring() -> None:
    assert codes(wired(lambda deal, users: users.count())) == [("CLM135", "Account.wiring")]


def test_parts_that_are_none() -> None:
    def make() -> None:
        class Account(Composition):
            a = One(int)  # type: ignore[type-var]
            b = Many(NoPhases)
            c = One(Empty)

    assert codes(make) == [("CLM131", "Account.a"), ("CLM131", "Account.b"), ("CLM131", "Account.c")]


def test_names() -> None:
    def make() -> None:
        class Account(Composition):
            phases = One(Plain)
            deal = One(Plain)
            deal = One(Plain)  # noqa: PIE794
            again = deal
            _own = Many(User)

    assert codes(make) == [
        ("CLM101", "Account.phases"),
        ("CLM102", "Account.deal"),
        ("CLM103", "Account.again"),
        ("CLM101", "Account._own"),
    ]


def test_a_port_is_fed_exactly_once() -> None:
    def never() -> None:
        class Account(Composition):
            plain = One(Plain)

    def twice() -> None:
        class Account(Composition):
            plain = One(Plain)
            users = Many(User)
            wiring = (
                plain[Plain.paid].fed_by(users.any_in(User.active)),
                plain[Plain.paid].fed_by(users.all_in(User.active)),
            )

    def inner_twice() -> None:
        class Inner(Composition):
            plain = One(Plain)
            users = Many(User)
            wiring = plain[Plain.paid].fed_by(users.any_in(User.active))

        class Outer(Composition):
            inner = One(Inner)
            users = Many(User)
            wiring = inner.plain[Plain.paid].fed_by(users.any_in(User.active))

    assert codes(never) == [("CLM134", "Account.wiring")]
    assert codes(twice) == [("CLM133", "Account.wiring, plain.paid")]
    assert codes(inner_twice) == [("CLM133", "Outer.wiring, inner.plain.paid")]


def test_a_wrong_line_does_not_hide_what_is_wrong_with_others() -> None:
    def make() -> None:
        class Account(Composition):
            plain, other = One(Plain), One(Plain)
            users = Many(User)
            wiring = plain[Plain.paid].fed_by(users.count_in(User.active))  # meant to be fed, so it is not said to be forgotten

    assert codes(make) == [("CLM135", "Account.wiring, plain.paid"), ("CLM134", "Account.wiring")]


def test_a_composition_is_no_leaf() -> None:
    def make() -> None:
        class Account(Composition, embedded=True):
            pairs = Many(Pair)
            plain = One(Plain)
            wiring = (
                plain[Plain.paid].fed_by(pairs.any_in(Plain.new)),
                pairs[Plain.paid].fed_by(plain.is_in(Plain.new)),
                pairs.first[Plain.paid].fed_by(pairs.where(Plain.note).second.any_in(Plain.new)),
            )

    assert codes(make) == [
        ("CLM131", "Account.wiring, plain.paid"),
        ("CLM131", "Account.wiring, pairs.paid"),
        ("CLM131", "Account.wiring, pairs.first.paid"),
    ]
    with pytest.raises(AttributeError, match="did you mean 'first'"):
        Many(Pair).fist


def test_who_opens_a_branch() -> None:
    def make() -> None:
        class Account(Composition, embedded=True):
            deal = One(Deal)
            users = Many(User, opens_on=Deal.notice)
            plains = Many(Plain, opens_on=5)  # type: ignore[arg-type]
            others = Many(Plain, opens_on=Event("somewhere else"))

    assert codes(make) == [("CLM139", "Account.users"), ("CLM139", "Account.plains"), ("CLM139", "Account.others")]


class Follower(Lifecycle):
    lead = Signal.flag("lead", port=True)
    new = Phase("New", initial=True)


def test_ports_in_a_circle() -> None:
    def make() -> None:
        class Account(Composition):
            ones = Many(Follower)
            twos = Many(Follower)
            wiring = (
                ones[Follower.lead].fed_by(twos.where(Follower.lead).any_in(Follower.new)),
                twos[Follower.lead].fed_by(ones.where(Follower.lead).any_in(Follower.new)),
            )

    with pytest.raises(DefinitionError, match=r"ones.lead → twos.lead → ones.lead|twos.lead → ones.lead → twos.lead"):
        make()
    assert codes(make) == [("CLM138", "Account.wiring")]


def test_ports_in_a_circle_through_a_nested_composition() -> None:
    class Inner(Composition, embedded=True):
        core = One(Follower)
        users = Many(Follower)
        wiring = users[Follower.lead].fed_by(core.is_in(Follower.new))

    class Sound(Composition):
        inners = Many(Inner)
        top = One(Follower)
        wiring = (  # each looks at the other's phase, which is seen in the next round
            inners.core[Follower.lead].fed_by(top.is_in(Follower.new)),
            top[Follower.lead].fed_by(inners.core.any_in(Follower.new)),
        )

    assert len(Sound.definition.wires) == 2

    def make() -> None:
        class Outer(Composition):
            inners = Many(Inner)
            others = Many(Follower)
            wiring = (
                inners.core[Follower.lead].fed_by(others.where(Follower.lead).any_in(Follower.new)),
                others[Follower.lead].fed_by(inners.core.where(Follower.lead).any_in(Follower.new)),
            )

    with pytest.raises(DefinitionError, match=r"inners\.core\.lead"):
        make()
    assert codes(make) == [("CLM138", "Outer.wiring")]


def test_wires_are_computed_in_an_order_that_needs_no_second_look() -> None:
    class Account(Composition):
        users = Many(User)
        ones = Many(Follower)
        twos = Many(Follower)
        plain = One(Plain)
        wiring = (
            plain[Plain.paid].fed_by(twos.where(Follower.lead).any_in(Follower.new)),
            twos[Follower.lead].fed_by(ones.where(Follower.lead).any_in(Follower.new)),
            ones[Follower.lead].fed_by(users.any_in(User.active)),
        )

    assert [wire.part for wire in Account.definition.wires] == ["ones", "twos", "plain"]


class Account(Composition):
    plain = One(Plain)
    users = Many(User)
    wiring = (plain[Plain.paid].fed_by(users.any_in(User.active)),)


def test_variants_inherit_parts_and_wiring_and_may_feed_anew() -> None:
    class Big(Account, market="Enterprise"):
        wiring = (Account.plain[Plain.paid].fed_by(Account.users.all_in(User.active)),)

    assert [wire.feed.kind for wire in Big.definition.wires] == ["all"]  # type: ignore[union-attr]
    assert [wire.feed.kind for wire in Account.definition.wires] == ["any"]  # type: ignore[union-attr]
    assert list(Big.definition.parts) == ["plain", "users"]
    assert Big.definition.market == "Enterprise"


def test_a_variant_whose_part_no_longer_fits_its_wiring() -> None:
    class Other(Lifecycle):
        away = Phase("Away", initial=True)

    class Even(Account):  # a part that is replaced takes its lines with it
        plain = One(User)

    def members() -> None:
        class Odd(Account):
            users = Many(Other)

    def no_longer_many() -> None:
        class Odd(Account):
            users = One(User)

    assert Even.definition.wires == ()
    assert codes(members) == [("CLM136", "Odd.wiring, plain.paid")]
    assert codes(no_longer_many) == [("CLM131", "Odd.wiring, plain.paid")]


def test_parts_cannot_be_assigned() -> None:
    with pytest.raises(ValueError, match="CLM207 Account: 'plain' is set by assignment"):
        Account("Acme").plain = 5


@pytest.mark.parametrize(("kind", "why"), [(Empty, "it has no parts"), (Pair, "inside another composition")])
def test_what_cannot_be_opened(kind: type[Composition], why: str) -> None:
    with pytest.raises(Exception, match=f"CLM212 {kind.__name__}: it (has|is) .*{why.removeprefix('it ')}|CLM212.*{why}"):
        kind("Acme")


def test_classes_may_be_made_without_a_class_statement() -> None:
    """A program that reads models from somewhere may call `type`; names are bound and checked as in a class body."""
    made = type("Made", (Lifecycle,), {"new": Phase("New", initial=True), "note": Signal.flag("note")})
    account = type("Account", (Composition,), {"made": One(made), "all_of_them": Many(made)})
    acme = account("Acme")
    acme.all_of_them.join("first", at="2026-01-01", note=True)
    assert list(acme.phases) == ["made", "all_of_them/first"]
    assert codes(lambda: type("Account", (Composition,), {"phases": One(made)})) == [("CLM101", "Account.phases")]
