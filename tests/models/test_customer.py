"""The composed customer: what happens to Acme in twenty-six months, point by point, and what a team does with such a customer.

The story is in `customer_acme.csv`, a log as any other; here it is told through the API, one observation for each instant.
"""

from __future__ import annotations

import csv
import itertools
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Literal

import attrs
import pytest

import models.dynamic
from clmstate import CLEAR, Moves, ObservationError
from clmstate.lifecycle import Reason
from clmstate.replay import play as play_log
from clmstate.replay import read_log
from clmstate.replay.cells import read_cell
from models.dynamic import AddOn, Contract, Customer, EnterpriseContract, EnterpriseCustomer, User

Engine = Literal["compiled", "live"]
ENGINES: tuple[Engine, ...] = ("compiled", "live")
ACME = Path(models.dynamic.__file__).parent / "customer_acme.csv"

engines = pytest.mark.parametrize("engine", ENGINES)


@attrs.frozen
class Told:
    """What is told of Acme at one instant."""

    at: str
    values: Mapping[str, Mapping[str, Any]]
    events: tuple[tuple[str, str, str | None], ...]
    joins: tuple[str, ...]
    leaves: tuple[str, ...]

    def to(self, customer: Customer) -> Moves:
        return customer.observe_all(self.at, self.values, events=self.events, joins=self.joins, leaves=self.leaves)


def told() -> Iterator[Told]:
    parts = Customer.definition.parts
    with ACME.open(encoding="utf-8", newline="") as file:
        for at, rows in itertools.groupby(csv.DictReader(file), key=lambda row: row["at"]):
            values: dict[str, dict[str, Any]] = {}
            acts: dict[str, list[str]] = {"@join": [], "@leave": []}
            events = []
            for row in rows:
                who = "/".join(filter(None, (row["part"], row["instance"])))
                if row["event"] in acts:
                    acts[row["event"]].append(who)
                elif row["event"]:
                    events.append((who, row["event"], json.loads(row["details"] or "{}").get("instance")))
                signals: Mapping[str, Any] = parts[row["part"]].member.signals  # type: ignore[union-attr]
                for column, text in row.items():
                    part, dot, name = column.partition(".")
                    if dot and text:
                        assert part == row["part"]
                        values.setdefault(who, {})[name] = signals[name].to_user(read_cell(signals[name], text, column))
            yield Told(at, values, tuple(events), tuple(acts["@join"]), tuple(acts["@leave"]))


STORY = tuple(told())


def until(day: str, engine: Engine = "compiled", customer: type[Customer] = Customer) -> Customer:
    """Acme as of a day, that day included."""
    acme = customer("Acme", engine=engine)
    for observation in STORY:
        if observation.at <= day:
            observation.to(acme)
    return acme


def before(day: str, engine: Engine = "compiled") -> Customer:
    """Acme in the morning of a day: nothing of it is told yet."""
    acme = Customer("Acme", engine=engine)
    for observation in STORY:
        if observation.at < day:
            observation.to(acme)
    return acme


def on(day: str) -> Told:
    return next(observation for observation in STORY if observation.at == day)


def told_moves(moves: Moves) -> list[tuple[str, str, str]]:
    return [(move.part, move.name, move.target.path) for move in moves]


def stands(customer: Customer) -> dict[str, str]:
    return {path: phase.path for path, phase in customer.phases.items()}


def signs(customer: Customer) -> list[tuple[str, str]]:
    return [(path, risk.name) for path, risk in customer.warning_signs]


def missing(part: Any, what: Any) -> list[str]:
    """What is not met of a condition."""
    return [reason.words for reason in _unmet(part.explain(what).reason)]


def _unmet(reason: Reason) -> Iterator[Reason]:
    if reason.words == "all of":
        for child in reason.children:
            yield from _unmet(child)
    elif reason.truth is not True:
        yield reason


# ---- the whole story

MOVES = [
    ("2026-01-26", "users/eli", "activate", "activated"),
    ("2026-02-09", "users/dana", "activate", "activated"),
    ("2026-02-23", "users/eli", "adopt", "adopted"),
    ("2026-02-23", "users/femi", "activate", "activated"),
    ("2026-03-16", "users/dana", "adopt", "adopted"),
    ("2026-03-16", "users/femi", "adopt", "adopted"),
    ("2026-03-16", "users/gita", "activate", "activated"),
    ("2026-03-16", "contract", "go_live", "adoption"),
    ("2026-04-20", "users/eli", "promote", "champion"),
    ("2026-04-20", "users/hugo", "activate", "activated"),
    ("2026-05-11", "users/hugo", "adopt", "adopted"),
    ("2026-05-11", "contract", "adopt", "success"),
    ("2026-06-08", "users/gita", "doze", "dormant"),
    ("2026-07-06", "products/Analytics", "go_live", "running.adoption"),
    ("2026-07-20", "users/femi", "depart", "left"),
    ("2026-07-20", "users/hugo", "depart", "left"),
    ("2026-08-06", "contract", "relapse", "adoption"),
    ("2026-08-31", "users/ines", "activate", "activated"),
    ("2026-08-31", "users/jonas", "activate", "activated"),
    ("2026-09-21", "users/ines", "adopt", "adopted"),
    ("2026-09-21", "users/jonas", "adopt", "adopted"),
    ("2026-09-21", "contract", "adopt", "success"),
    ("2026-10-05", "contract", "renew_calm", "renewal.happy"),
    ("2026-10-19", "users/gita", "wake", "activated"),
    ("2026-10-26", "contract", "worry", "renewal.high_risk"),
    ("2026-11-09", "contract", "hear_late", "renewal.high_risk"),
    ("2026-11-16", "users/kai", "activate", "activated"),
    ("2026-12-14", "products/Analytics", "adopt", "running.success"),
    ("2026-12-18", "contract", "save", "renewal.happy"),
    ("2027-01-18", "contract", "next_term", "success"),
    ("2027-02-22", "users/gita", "adopt", "adopted"),
    ("2027-02-22", "users/kai", "adopt", "adopted"),
    ("2027-03-15", "users/ines", "promote", "champion"),
    ("2027-10-04", "contract", "renew_calm", "renewal.happy"),
    ("2027-11-15", "contract", "next_term", "success"),
]
REACHED = [
    ("2026-03-16", "contract", "first_value"),
    ("2026-05-11", "contract", "well_adopted"),
    ("2026-06-01", "contract", "bought_more"),
    ("2026-07-06", "products/Analytics", "in_use"),
    ("2027-01-18", "contract", "first_renewal"),
    ("2027-02-22", "contract", "promoter"),
]
LATE = {  # moves that were due before anybody looked
    ("2026-08-06", "relapse"): "2026-08-03",  # two weeks after femi and hugo had gone
    ("2026-10-05", "renew_calm"): "2026-10-02",  # the window opens with the first instant after that midnight
    ("2027-10-04", "renew_calm"): "2027-10-02",
}


@engines
def test_the_story_of_acme(engine: Engine) -> None:
    acme = until("2028-12-31", engine)
    assert [(str(move.at), move.part, move.name, move.target.path) for move in acme.journey.moves] == MOVES
    reached = [(str(m.at), m.part, m.name) for m in acme.journey.milestones if not m.part.startswith("users/")]
    assert reached == REACHED
    late = {(str(move.at), move.name): str(move.due_since)[:10] for move in acme.journey.moves if move.due_since is not None}
    assert late == LATE
    assert signs(acme) == []


def test_the_log_has_the_form_that_logs_have() -> None:
    assert 40 <= len(ACME.read_text(encoding="utf-8").splitlines()) - 1 <= 60
    days = [observation.at for observation in STORY]
    assert days == sorted(days)
    assert (days[0], days[-1]) == ("2026-01-12", "2028-03-06")


@engines
def test_played_as_a_log_it_is_the_same_story(engine: Engine) -> None:
    log = read_log(ACME, Customer)
    assert not log.rejected
    acme = Customer("Acme", engine=engine)
    for step, observation in zip(play_log(Customer, log, engine=engine), STORY, strict=True):
        assert not step.rejected
        assert step.moves == observation.to(acme)
        assert step.life.snapshot() == acme.snapshot()


def test_every_part_says_what_it_is_and_every_port_is_wired() -> None:
    for part in Customer.definition.parts.values():
        assert part.help, part.name
        assert part.ref, part.name
    wired = {(wire.part, wire.port) for wire in Customer.definition.wires}
    assert wired == {("contract", "users_adopted"), ("contract", "sponsor"), ("products", "contract_open")}


def test_no_port_is_reported_by_hand() -> None:
    for observation in STORY:
        for who, values in observation.values.items():
            signals: Any = Customer.definition.parts[who.split("/")[0]].member
            assert not [name for name in values if signals.signals[name].port], who


# ---- point by point


@engines
def test_a_contract_is_adopted_when_its_users_are(engine: Engine) -> None:
    acme = before("2026-05-11", engine)
    assert acme.contract.users_adopted == 0.6
    assert missing(acme.contract, Contract.adopt) == ["users adopted at least 80 %"]
    assert "✗ users adopted at least 80 % (users adopted 60 %)" in str(acme.contract.explain(Contract.adopt))
    assert missing(acme.users["hugo"], User.adopt) == [
        "at least 8 logins in the last 28 days",
        "at least 3 core features used",
        "trained",
    ]
    moves = acme.users["hugo"].observe(at="2026-05-11", logins_28d=9, features=3, trained=True)
    assert told_moves(moves) == [("users/hugo", "adopt", "adopted"), ("contract", "adopt", "success")]
    assert [move.round for move in moves] == [1, 2]
    assert dict(moves[1].values)["users_adopted"] == 0.8


@engines
def test_users_stand_where_each_of_them_stands(engine: Engine) -> None:
    acme = until("2026-06-08", engine)
    assert {name: acme.users[name].phase for name in acme.users.names} == {
        "dana": User.adopted,
        "eli": User.champion,
        "femi": User.adopted,
        "gita": User.dormant,
        "hugo": User.adopted,
    }
    assert acme.contract.phase == Contract.success


@engines
def test_a_product_bought_in_month_five_begins_with_its_own_implementation(engine: Engine) -> None:
    acme = before("2026-06-01", engine)
    assert len(acme.products) == 0
    moves = on("2026-06-01").to(acme)
    assert moves == ()  # nobody moves: a branch opens
    assert [(u.part, u.event) for u in moves.untaken] == [("contract", "product_bought")]
    assert acme.contract.phase == Contract.success
    assert acme.products["Analytics"].phase == AddOn.running.implementation
    assert acme.products["Analytics"].contract_open is True
    assert missing(acme.products["Analytics"], AddOn.go_live) == [
        "set-up signed off",
        "licensed users active at least 30 %",
    ]
    assert ("contract", "bought_more") in [(m.part, m.name) for m in acme.journey.milestones]
    moves = on("2026-07-06").to(until("2026-06-08", engine))
    assert told_moves(moves) == [("products/Analytics", "go_live", "running.adoption")]


@engines
def test_users_who_leave_pull_the_contract_back(engine: Engine) -> None:
    acme = before("2026-07-20", engine)
    assert acme.contract.users_adopted == 0.8
    moves = on("2026-07-20").to(acme)
    assert told_moves(moves) == [("users/femi", "depart", "left"), ("users/hugo", "depart", "left")]
    assert acme.contract.users_adopted == 0.4  # their seats are empty, not gone
    why = acme.contract.explain(Contract.relapse)
    assert not why.possible
    assert [(leaf.truth, leaf.value) for leaf in why.missing] == [(False, "users adopted 40 %, since 2026-07-20, 0 days")]
    assert str(acme.contract.next_check) == "2026-08-01"  # nobody has talked to them for 60 days: a warning sign
    acme.tick("2026-08-02")
    assert signs(acme) == [("contract", "silent")]
    assert str(acme.contract.next_check) == "2026-08-03"

    moves = acme.products["Analytics"].observe(at="2026-08-06", tickets=1)  # somebody reports something else
    assert told_moves(moves) == [("contract", "relapse", "adoption")]
    assert str(moves[0].due_since) == "2026-08-03"
    assert [(play.part, play.play.label) for play in acme.open_plays][-3:] == [
        ("users/femi", "Ask who takes over"),
        ("users/hugo", "Ask who takes over"),
        ("contract", "Retrain the teams that stopped"),
    ]


@engines
def test_seats_given_to_others_bring_the_contract_back(engine: Engine) -> None:
    acme = until("2026-08-17", engine)
    assert acme.users.names == ("dana", "eli", "gita", "ines", "jonas")
    assert acme.contract.users_adopted == 0.4
    moves = on("2026-09-21").to(until("2026-08-31", engine))
    assert told_moves(moves)[-1] == ("contract", "adopt", "success")
    assert {move.round for move in moves[:-1]} == {1}
    assert moves[-1].round == 2


@engines
def test_a_user_is_in_adoption_while_the_account_is_in_renewal(engine: Engine) -> None:
    """S4.11: each part has its own pace."""
    acme = until("2026-10-19", engine)
    assert acme.contract.phase == Contract.renewal.happy
    assert acme.users["gita"].phase == User.activated  # she learns it anew
    assert acme.products["Analytics"].phase == AddOn.running.adoption
    assert acme.users["eli"].phase == User.champion

    acme = until("2026-11-16", engine)
    assert acme.contract.phase == Contract.renewal.high_risk
    assert acme.users["kai"].phase == User.activated
    moves = acme.users["kai"].observe(at="2026-11-20", logins_28d=9, features=3, trained=True)
    assert told_moves(moves) == [("users/kai", "adopt", "adopted")]
    assert acme.contract.phase == Contract.renewal.high_risk


@engines
def test_the_last_sponsor_leaves_and_nobody_is_left_to_say_so(engine: Engine) -> None:
    acme = before("2026-10-26", engine)
    assert acme.contract.sponsor is True
    assert [user.name for user in acme.users if user.decides] == ["dana"]
    assert "no decision maker on our side" in [leaf.words for leaf in acme.contract.explain(Contract.worry).missing]
    moves = acme.users.leave("dana", at="2026-10-26")
    assert told_moves(moves) == [("contract", "worry", "renewal.high_risk")]
    assert [user.name for user in acme.users if user.decides] == []
    assert acme.contract.sponsor is False
    assert signs(acme) == [("contract", "headless")]
    assert [(play.part, play.play.label) for play in acme.open_plays][-1] == ("contract", "Agree on a save plan")


@engines
def test_a_sponsor_who_is_replaced_in_the_same_hour_alarms_nobody(engine: Engine) -> None:
    acme = before("2026-10-26", engine)
    moves = acme.observe_all("2026-10-26", {"users/kai": {"decides": True}}, joins=["users/kai"], leaves=["users/dana"])
    assert moves == ()
    assert acme.contract.sponsor is True


@engines
def test_everybody_leaves(engine: Engine) -> None:
    acme = until("2026-06-08", engine)
    moves = acme.observe_all("2026-06-15", leaves=[f"users/{name}" for name in acme.users.names])
    assert told_moves(moves) == [("contract", "lose_sponsor", "adoption")]
    assert acme.contract.users_adopted is None  # the share of nobody is unknown, and not 0 %
    assert acme.contract.sponsor is False
    assert list(stands(acme)) == ["contract", "products/Analytics"]
    assert missing(acme.contract, Contract.adopt)[0] == "users adopted at least 80 %"


@engines
def test_a_renewal_at_high_risk_is_saved(engine: Engine) -> None:
    acme = before("2026-12-01", engine)
    assert acme.contract.phase == Contract.renewal.high_risk
    moves = on("2026-12-01").to(acme)  # the plan is closed, but the customer's health does not say so
    assert moves == ()
    assert [(u.part, u.event) for u in moves.untaken] == [("contract", "saved")]
    assert "'save' needs" in moves.untaken[0].why
    assert missing(acme.contract, Contract.save) == ["healthy"]
    assert "✗ health at least 70 (health 66)" in str(acme.contract.explain(Contract.save))
    on("2026-12-14").to(acme)
    moves = on("2026-12-18").to(acme)
    assert told_moves(moves) == [("contract", "save", "renewal.happy")]
    assert moves[0].by == "event"
    assert acme.contract.phase == Contract.renewal.happy


@engines
def test_a_notice_makes_good_numbers_not_good_enough(engine: Engine) -> None:
    acme = until("2026-11-16", engine)
    assert acme.contract.observe(at="2026-11-20", health=90) == ()
    assert missing(acme.contract, Contract.calm_down) == ["no notice in the last year"]


@engines
def test_the_quiet_renewal_of_the_second_year_is_no_event(engine: Engine) -> None:
    acme = until("2027-03-15", engine)
    seen = len(acme.open_plays)
    moves = []
    for observation in STORY:
        if observation.at > "2027-03-15":
            moves += observation.to(acme)
            assert signs(acme) == []
    assert [(move.part, move.name) for move in moves] == [("contract", "renew_calm"), ("contract", "next_term")]
    assert [play.play.label for play in acme.open_plays[seen:]] == ["Send the renewal offer", "Celebrate together"]
    assert acme.contract.phase == Contract.success


def test_every_move_of_the_story_is_explained_before_and_after_it() -> None:
    acme = Customer("Acme", engine="compiled")
    for observation in STORY:
        earlier = Customer.restore(acme.snapshot(), engine="compiled")
        moves = observation.to(acme)
        for move in moves:
            assert move.words
            if move.part in earlier.phases:
                part: Any = _part(earlier, move.part)
                why = part.explain(move.transition)
                if move.due_since is None:  # nothing but what is told now was missing
                    assert not why.possible, str(move)
                    assert why.missing or why.needs, str(move)
                assert str(why).startswith(f"{move.name}, ")
            if not move.stayed:
                assert _part(acme, move.part).explain(move.target).possible


def _part(customer: Customer, path: str) -> Any:
    part, _, name = path.partition("/")
    here: Any = getattr(customer, part)
    return here[name] if name else here


@pytest.mark.parametrize(
    "path", ["contract", "products/Analytics", "users/dana", "users/eli", "users/gita", "users/hugo", "users/kai"]
)
def test_a_part_alone_moves_as_it_does_in_the_customer(path: str) -> None:
    """One part is settled inline, many in rounds: what happens to a part is the same if it is told what its ports saw."""
    acme = Customer("Acme", engine="compiled")
    alone: Any = None
    for observation in STORY:
        observation.to(acme)
        if path not in acme.phases:
            continue
        part = _part(acme, path)
        if alone is None:
            alone = type(part)(path, engine="compiled")
        ports = {name: getattr(part, name) for name, spec in part.definition.signals.items() if spec.port}
        known = {name: CLEAR if value is None else value for name, value in ports.items()}
        events = [(event, instance) for who, event, instance in observation.events if who == path]
        alone._life.observation(observation.at, {**observation.values.get(path, {}), **known}, events)
        assert alone.phase == part.phase
    together = [(str(m.at), m.name, m.target.path, m.stayed, m.due_since_us, m.by) for m in acme.journey.moves if m.part == path]
    assert [(str(m.at), m.name, m.target.path, m.stayed, m.due_since_us, m.by) for m in alone.journey.moves] == together


# ---- what a team does with such a customer


@engines
def test_the_contract_ends_and_its_products_wait(engine: Engine) -> None:
    acme = until("2026-12-14", engine)
    moves = acme.contract.send(Contract.ended, at="2027-01-31")
    assert told_moves(moves) == [("contract", "lose", "churned"), ("products/Analytics", "pause", "paused")]
    moves = acme.contract.move(
        Contract.success, by="Lena", reason="they signed after all", at="2027-02-01", hold_until="2027-03-01"
    )
    assert told_moves(moves) == [("contract", "", "success"), ("products/Analytics", "go_on", "running.success")]


PLACED = {
    "contract": Contract.renewal.happy,
    "products/Analytics": AddOn.running.adoption,
    "users/dana": User.adopted,
    "users/eli": User.champion,
    "users/gita": User.dormant,
}
KNOWN = {
    "contract": {"setup_done": True, "health": 79, "renewal_on": "2027-01-31", "last_contact": "2026-09-21"},
    "products/Analytics": {"set_up": True, "users_active": 0.5},
    "users/dana": {"logins_28d": 9, "features": 3, "trained": True, "decides": True},
    "users/eli": {"logins_28d": 19, "features": 6, "trained": True, "nps": 9},
    "users/gita": {"logins_28d": 0},
}


@engines
def test_an_existing_customer_is_placed_where_everything_stands(engine: Engine) -> None:
    acme = Customer("Acme", engine=engine)
    acme.start(PLACED, at="2026-10-12", since={"contract": "2026-10-05", "users/gita": "2026-06-08"}, values=KNOWN)
    assert stands(acme) == {path: phase.path for path, phase in PLACED.items()}
    assert len(acme.journey) == 0
    assert acme.open_plays == ()
    assert acme.contract.users_adopted == pytest.approx(2 / 3)
    assert acme.contract.sponsor is True
    assert acme.tick("2026-10-13") == ()
    assert told_moves(acme.users.leave("dana", at="2026-10-26")) == [("contract", "worry", "renewal.high_risk")]


def test_what_is_placed_wrongly_is_refused_as_a_whole() -> None:
    acme = Customer("Acme")
    for wrong in ({"contrakt": Contract.success}, {"contract": User.adopted}, {"users/dana": "adoptd"}):
        with pytest.raises(ObservationError):
            acme.start(PLACED | wrong, at="2026-10-12")
        assert stands(acme) == {"contract": "onboarding"}
    with pytest.raises(ObservationError, match="CLM215"):
        acme.start(PLACED, at="2026-10-12", values={"contract": {"users_adopted": 0.9}})


@engines
def test_a_move_by_hand_is_held_against_the_rules(engine: Engine) -> None:
    acme = until("2026-10-26", engine)
    moves = acme.contract.move(
        Contract.renewal.happy, by="Lena", reason="the new owner has promised", at="2026-10-27", hold_until="2026-11-30"
    )
    assert [(move.by, move.person, move.target.path) for move in moves] == [("hand", "Lena", "renewal.happy")]
    assert acme.tick("2026-11-15") == ()  # still nobody who decides, but held
    assert "held by hand until 2026-11-30" in acme.contract.explain(Contract.worry).needs
    assert told_moves(acme.tick("2026-12-01")) == [("contract", "worry", "renewal.high_risk")]


@engines
def test_an_event_ends_a_hold(engine: Engine) -> None:
    acme = until("2026-10-26", engine)
    acme.contract.move(Contract.renewal.happy, by="Lena", reason="promised", at="2026-10-27", hold_until="2026-11-30")
    assert told_moves(acme.contract.send(Contract.notice, at="2026-11-09")) == [("contract", "alarm", "renewal.high_risk")]


@pytest.mark.parametrize("day", [observation.at for observation in STORY])
def test_a_customer_restored_on_any_day_has_the_same_future(day: str) -> None:
    acme = until(day, "live")
    again = Customer.restore(json.dumps(acme.snapshot()), engine="compiled")
    assert again.snapshot() == acme.snapshot()
    assert stands(again) == stands(acme)
    assert again.next_check == acme.next_check
    for observation in STORY:
        if observation.at > day:
            assert observation.to(again) == observation.to(acme)
    assert again.journey == acme.journey
    assert again.open_plays == acme.open_plays
    assert again.snapshot() == acme.snapshot()


def test_plays_are_open_until_they_are_done() -> None:
    acme = until("2026-08-06")
    count = len(acme.open_plays)
    opened = {(play.part, play.play.label): play.number for play in acme.open_plays}
    acme.done_play(opened["contract", "Retrain the teams that stopped"])
    acme.done_play(opened["users/hugo", "Ask who takes over"])
    left = [(play.part, play.play.label) for play in acme.open_plays]
    assert len(left) == count - 2
    assert ("users/femi", "Ask who takes over") in left
    with pytest.raises(ObservationError, match="CLM208"):
        acme.done_play(opened["users/hugo", "Ask who takes over"])


def test_a_customer_as_of_a_day_is_a_copy_that_is_ticked() -> None:
    acme = until("2026-07-20")
    copy = Customer.restore(acme.snapshot())
    copy.tick("2026-08-05")
    assert copy.contract.phase == Contract.adoption
    assert acme.contract.phase == Contract.success


def test_the_next_check_is_the_first_of_all_parts() -> None:
    acme = Customer("Acme")
    for observation in STORY:
        observation.to(acme)
        due = [part.next_check for part in (acme.contract, *acme.products, *acme.users) if part.next_check is not None]
        assert acme.next_check == min(due, default=None)


def test_one_instant_in_any_order_is_the_same_observation() -> None:
    forward, backward = Customer("Acme", engine="compiled"), Customer("Acme", engine="compiled")
    for o in STORY:
        values = dict(reversed(list(o.values.items())))
        moves = backward.observe_all(o.at, values, events=o.events[::-1], joins=o.joins[::-1], leaves=o.leaves[::-1])
        assert moves == o.to(forward)
    assert forward.journey == backward.journey


def test_listeners_hear_of_everything_in_the_order_of_the_journey() -> None:
    acme = Customer("Acme")
    heard: list[Any] = []
    acme.listen(heard.append)
    for observation in STORY:
        observation.to(acme)
    assert tuple(heard) == acme.journey.moves


@pytest.mark.parametrize(
    ("refused", "code"),
    [
        ({"values": {"contract": {"users_adopted": 0.9}}}, "CLM215"),
        ({"values": {"products/Analytics": {"contract_open": False}}}, "CLM215"),
        ({"values": {"users/nobody": {"logins_28d": 3}}}, "CLM217"),
        ({"values": {"teams/red": {}}}, "CLM218"),
        ({"joins": ["users/dana"]}, "CLM219"),
        ({"leaves": ["contract"]}, "CLM218"),
        ({"events": [("contract", "product_bought", "Analytics")]}, "CLM219"),
        ({"events": [("contract", "product_bought")]}, "CLM204"),
        ({"values": {"users/dana": {"logins_28d": -1}}}, "CLM204"),
    ],
    ids=str,
)
def test_what_is_refused_leaves_no_trace(refused: dict[str, Any], code: str) -> None:
    acme = until("2026-06-08")
    as_it_was = acme.snapshot()
    told = {"joins": ["users/zoe"], "values": {"users/eli": {"logins_28d": 0}}} | refused
    with pytest.raises(ObservationError, match=code):
        acme.observe_all("2026-06-10", **told)
    assert acme.snapshot() == as_it_was


# ---- the enterprise market


@engines
def test_a_large_customer_lives_the_same_story_by_its_own_limits(engine: Engine) -> None:
    acme = until("2026-10-26", engine, EnterpriseCustomer)
    moves = [(str(move.at), move.name) for move in acme.journey.moves if move.part == "contract"]
    assert moves[:2] == [("2026-03-16", "go_live"), ("2026-05-11", "adopt")]
    assert "worry" not in [name for _, name in moves]  # the named CSM hears of trouble before the numbers do
    assert type(acme.contract) is EnterpriseContract
    assert acme.contract.phase == EnterpriseContract.renewal.happy


def test_a_variant_inherits_parts_and_wiring() -> None:
    ours, theirs = Customer.definition, EnterpriseCustomer.definition
    assert (theirs.market, theirs.version, ours.market) == ("Enterprise", "3", "")
    assert list(theirs.parts) == list(ours.parts)
    assert theirs.wires == ours.wires
    assert theirs.parts["contract"].member is EnterpriseContract.definition
    assert ours.parts["contract"].member is Contract.definition
