"""Small scenarios of compositions, with answers derived by hand from the page of meaning; everybody who knows the rules must give them."""

from __future__ import annotations

from typing import Any

import pytest

from clmstate import Composition, Event, Lifecycle, Many, Milestone, One, Phase, Signal, days_in_phase
from tests.conformance.compose import Deed
from tests.conformance.generate import TODAY
from tests.conformance.oracle import DAY
from tests.conformance.side_by_side import CUSTOMERS, ask_whole
from tests.conformance.whole import Whole


def way(path: str) -> tuple[str, ...]:
    return tuple(path.split("/")) if path else ()


class Player:
    """A customer of the oracle or of an engine; days are counted from some midnight, paths are told with slashes."""

    def __init__(self, who: str, model: type[Composition]) -> None:
        self.whole = Whole(model.definition)
        self.ask = (lambda deed: ask_whole(self.whole, deed)) if who == "oracle" else CUSTOMERS[who](model).ask

    def tell(
        self, at: float | None = 0, values: Any = (), events: Any = (), joins: str = "", leaves: str = "", **other: Any
    ) -> list[str]:
        self.answer = self.ask(
            Deed(
                at=None if at is None else TODAY + round(at * DAY),
                values={way(path): given for path, given in dict(values).items()},
                events=tuple((way(path), event, None) for path, event in events),
                joins=tuple(map(way, joins.split())),
                leaves=tuple(map(way, leaves.split())),
                **other,
            )
        )
        return [f"{number} {'/'.join(path)}: {source} > {target}" for number, path, _, source, target, _, _ in self.answer.moves]

    def value(self, path: str, name: str) -> Any:
        return self.answer.values[way(path)][name]

    @property
    def outcome(self) -> str:
        return self.answer.outcome


@pytest.fixture(params=["oracle", "compiled", "live", "restored"])
def play(request: pytest.FixtureRequest) -> Any:
    return lambda model: Player(request.param, model)


class User(Lifecycle):
    """Signs in, or does not."""

    logins = Signal.count("login")
    hours = Signal.number("hours", 0, step=0.5)
    seats = Signal.count("seat", default=1)
    asked = Event("asked")
    closed = Event("closed")
    idle = Phase("Idle", initial=True)
    active = Phase("Active")
    gone = Phase("Gone", final=True)
    begin = idle.to(active, when=logins >= 1)
    close = (idle | active).to(gone, on=closed)


class Board(Lifecycle):
    """Shows what it is told."""

    count = Signal.count("users", port=True)
    active = Signal.share("users active", port=True)
    none = Signal.flag("nobody active", port=True)
    whole = Signal.flag("everybody active", port=True)
    total = Signal.number("hours", step=0.5, port=True)
    mean = Signal.number("hours a seat", step=0.5, port=True)
    least = Signal.number("least", step=0.5, port=True, default=-1)
    known = Signal.share("who is busy", port=True)
    dark = Phase("Dark", initial=True)
    lit = Phase("Lit")
    on = dark.to(lit, when=active >= 0.5)
    off = lit.to(dark, when=active < 0.5)
    somebody = Milestone("somebody", when=count >= 1)


class Site(Composition):
    """Users and a board."""

    board = One(Board)
    users = Many(User)
    wiring = (
        board[Board.count].fed_by(users.count()),
        board[Board.active].fed_by(users.share_in(User.active)),
        board[Board.none].fed_by(users.none_in(User.active)),
        board[Board.whole].fed_by(users.all_in(User.active)),
        board[Board.total].fed_by(users.sum(User.hours)),
        board[Board.mean].fed_by(users.mean(User.hours, weight=User.seats)),
        board[Board.least].fed_by(users.min(User.hours)),
        board[Board.known].fed_by(users.where(User.seats >= 1).share_where(User.hours >= 2)),
    )


def board(player: Player) -> dict[str, Any]:
    return player.answer.values["board",]


def test_17_over_nobody(play: Any) -> None:
    player = play(Site)
    assert player.tell() == []
    told = {"count": 0, "active": None, "none": True, "whole": None, "total": 0, "mean": None, "least": -1, "known": None}
    assert board(player) == told


def test_17_members_whose_value_is_unknown_are_left_out(play: Any) -> None:
    player = play(Site)
    player.tell(joins="users/a users/b")
    told = {"count": 2, "active": 0, "none": True, "whole": False, "total": None, "mean": None, "least": -1, "known": None}
    assert board(player) == told
    player.tell(1, {"users/a": {"hours": 1.25, "seats": 3}}, joins="users/c")
    # 1.25 hours are 2.5 steps of half an hour, so 3 of them; the least is as it was told
    assert board(player) | {"total": 1.5, "mean": 1.5, "least": 1.25, "known": 0} == board(player)
    player.tell(2, {"users/b": {"hours": 4, "seats": 0}})
    assert board(player) | {"total": 5.5, "mean": 1.5, "least": 1.25, "known": 0} == board(player)
    player.tell(3, {"users/a": {"seats": 0}})
    assert board(player)["mean"] is None  # nothing weighs anything
    assert board(player)["known"] is None  # of those with seats, nobody's hours are known


def test_10_rounds_read_one_picture_and_are_told_in_order(play: Any) -> None:
    player = play(Site)
    assert player.tell(0, {"users/b": {"logins": 1}, "users/a": {"logins": 2}}, joins="users/b users/a") == [
        "1 users/a: idle > active",
        "1 users/b: idle > active",
        "2 board: dark > lit",
    ]


def test_9_a_leaver_counts_no_more_and_a_joiner_takes_part_in_round_one(play: Any) -> None:
    player = play(Site)
    player.tell(0, {"users/a": {"logins": 1}}, joins="users/a users/b")
    assert player.tell(1, {"users/c": {"logins": 1}}, events=[("users/a", "asked")], joins="users/c", leaves="users/a users/b") == [
        "1 board: lit > dark",  # before round one it saw one user, who was not active yet
        "1 users/c: idle > active",
        "2 board: dark > lit",
    ]
    assert player.answer.untaken == [(("users", "a"), "asked")]
    assert player.tell(2, joins="users/a") == []
    assert player.answer.values["users", "a"]["logins"] is None  # a new life
    assert player.tell(3, joins="users/a") == []
    assert player.outcome == "refused"


def test_9_who_joins_and_leaves_at_one_instant_settles_nothing(play: Any) -> None:
    player = play(Site)
    assert player.tell(0, {"users/a": {"logins": 1}}, joins="users/a", leaves="users/a") == []
    assert player.outcome == "moved"
    assert board(player)["count"] == 0


def test_8_events_to_all_of_a_kind(play: Any) -> None:
    player = play(Site)
    player.tell(0, joins="users/a users/b")
    assert player.tell(1, wide=(("users",), "closed", None)) == ["1 users/a: idle > gone", "1 users/b: idle > gone"]
    assert player.tell(2, wide=((), "closed", None)) == []
    assert player.answer.untaken == [(("users", "a"), "closed"), (("users", "b"), "closed")]


@pytest.mark.parametrize(
    "wrong",
    [
        {"values": {"board": {"count": 3}}},
        {"values": {"users/x": {"logins": 3}}},
        {"values": {"users": {"logins": 3}}},
        {"events": [("board", "closed")]},
        {"joins": "users/a"},
        {"joins": "board"},
        {"leaves": "users/x"},
        {"leaves": "board"},
        {"at": -1},
    ],
    ids=str,
)
def test_7_what_is_refused_leaves_no_trace(play: Any, wrong: dict[str, Any]) -> None:
    player = play(Site)
    player.tell(0, {"users/a": {"logins": 0}}, joins="users/a")
    before = player.answer
    assert player.tell(**{"at": 1, "values": {"users/a": {"logins": 5}}, **wrong}) == []
    assert player.outcome == "refused"
    assert (player.answer.values, player.answer.at, player.answer.phases) == (before.values, before.at, before.phases)


class Door(Lifecycle):
    """Opens when the other is shut."""

    other = Signal.flag("other open", port=True)
    ready = Signal.flag("ready", default=False)
    shut = Phase("Shut", initial=True)
    wide = Phase("Wide")
    up = shut.to(wide, when=~other & ready)
    down = wide.to(shut, when=other)


class House(Composition):
    """Two doors that look at each other."""

    one = One(Door)
    two = One(Door)
    wiring = (one[Door.other].fed_by(two.is_in(Door.wide)), two[Door.other].fed_by(one.is_in(Door.wide)))


def test_11_doors_that_wait_for_each_other_never_settle(play: Any) -> None:
    player = play(House)
    assert player.tell(0, {"one": {"ready": True}}) == ["1 one: shut > wide"]
    assert player.tell(1, {"two": {"ready": True}}) == []  # the first one is open: the second stays shut
    both = play(House)
    assert both.tell(0, {"one": {"ready": True}, "two": {"ready": True}}) == []  # both up, both down, and again
    assert both.outcome == "livelock"
    assert both.answer.at is None
    assert both.value("one", "ready") is False


class Box(Composition, embedded=True):
    """A door, and who uses it."""

    door = One(Door)
    users = Many(User)


class Street(Composition):
    """Doors of many boxes; the last in the order of telling by name."""

    gate = One(Door)
    boxes = Many(Box)
    wiring = (gate[Door.other].fed_by(boxes.door.any_in(Door.wide)), boxes.door[Door.other].fed_by(~gate.is_in(Door.shut)))


def test_17_a_member_that_is_a_composition_is_read_through_its_part(play: Any) -> None:
    player = play(Street)
    moves = player.tell(
        0, {"boxes/b/users/x": {"logins": 1}, "boxes/b/door": {"ready": True}}, joins="boxes/b/users/x boxes/b boxes/a"
    )
    assert moves == ["1 boxes/b/door: shut > wide", "1 boxes/b/users/x: idle > active"]
    assert player.value("gate", "other") is True
    assert player.tell(1, leaves="boxes/b") == []
    assert player.value("gate", "other") is False
    assert player.answer.phases == [(("gate",), "shut"), (("boxes", "a", "door"), "shut")]


def test_16_by_hand_the_others_see_it_and_a_hold_holds(play: Any) -> None:
    player = play(Street)
    player.tell(0, joins="boxes/a")
    told = {"kind": "move", "path": ("boxes", "a", "door"), "phase": "wide", "until": TODAY + 5 * DAY}
    assert player.tell(1, **told) == ["0 boxes/a/door: shut > wide"]
    assert player.value("gate", "other") is True
    assert player.tell(2, kind="move", path=("gate",), phase="wide") == ["0 gate: shut > wide", "1 gate: wide > shut"]
    assert player.tell(5, {"gate": {"ready": True}}) == []


def test_16_start_places_without_settling(play: Any) -> None:
    player = play(Street)
    placed = {("gate",): "wide", ("boxes", "a", "door"): "wide"}
    assert player.tell(3, kind="start", placed=placed) == []
    assert player.value("gate", "other") is True
    assert player.tell(3, {"gate": {}}) == ["1 gate: wide > shut", "1 boxes/a/door: wide > shut"]


class Shop(Lifecycle):
    """Sells accounts."""

    sold = Event("sold", names_instance=True)
    open_ = Phase("Open", initial=True)
    often = Phase("Often")
    grow = open_.to(often, when=sold.times >= 2)


class Mall(Composition):
    """Whoever buys opens a branch, in which others join."""

    shop = One(Shop)
    users = Many(User, opens_on=Shop.sold)
    boxes = Many(Box, opens_on=Shop.sold)
    wiring = (boxes.door[Door.other].fed_by(shop.is_in(Shop.often)),)


def test_9_an_event_opens_its_branches_whether_taken_or_not(play: Any) -> None:
    player = play(Mall)
    told = ((("shop",), "sold", "x"), (("users", "x"), "closed", None))
    player.answer = player.ask(
        Deed(at=TODAY, events=told, values={("boxes", "x", "users", "z"): {"logins": 1}}, joins=(way("boxes/x/users/z"),))
    )
    assert [(move[1], move[4]) for move in player.answer.moves] == [(way("users/x"), "gone"), (way("boxes/x/users/z"), "active")]
    assert player.answer.untaken == [(("shop",), "sold")]
    player.answer = player.ask(Deed(at=TODAY + DAY, events=((("shop",), "sold", "x"),)))
    assert player.outcome == "refused"
    player.tell(2, leaves="users/x boxes/x")
    player.answer = player.ask(Deed(at=TODAY + 3 * DAY, events=((("shop",), "sold", "x"),)))
    assert [(move[1], move[4]) for move in player.answer.moves] == [(("shop",), "often")]
    assert player.value("boxes/x/door", "other") is True
    assert player.answer.values["users", "x"]["logins"] is None


def test_9_one_event_may_open_several_branches_at_one_instant(play: Any) -> None:
    player = play(Mall)
    player.answer = player.ask(Deed(at=TODAY, events=((("shop",), "sold", "b"), (("shop",), "sold", "a"))))
    assert [path for path, _ in player.answer.phases] == [
        ("shop",),
        ("users", "a"),
        ("users", "b"),
        way("boxes/a/door"),
        way("boxes/b/door"),
    ]
    assert [(move[1], move[4]) for move in player.answer.moves] == [(("shop",), "often")]  # offered twice, counted twice


def test_20_what_was_due_before_is_said_also_beside_a_move_by_hand(play: Any) -> None:
    player = play(Pair)
    player.tell(0)
    player.answer = player.ask(Deed("move", at=TODAY + 5 * DAY, path=("first",), phase="late", until=None))
    assert player.answer.moves == [
        (0, ("first",), "", "early", "late", "hand", None),
        (1, ("second",), "wait", "early", "late", "rule", TODAY + 3 * DAY),
    ]


class Waiting(Lifecycle):
    """Goes on after three days."""

    early = Phase("Early", initial=True)
    late = Phase("Late")
    wait = early.to(late, when=days_in_phase >= 3)


class Pair(Composition):
    """Two that wait."""

    first = One(Waiting)
    second = One(Waiting)


class Lamp(Lifecycle):
    """Rewards a team that has been all active for three days."""

    all_in = Signal.flag("everybody active", port=True)
    plain = Phase("Plain", initial=True)
    proud = Phase("Proud")
    praise = plain.to(proud, when=all_in.for_days(3))


class Crew(Composition):
    """A lamp and users."""

    lamp = One(Lamp)
    users = Many(User)
    wiring = (lamp[Lamp.all_in].fed_by(users.all_in(User.active)),)


def test_5_what_is_untrue_only_inside_the_rounds_stops_no_clock(play: Any) -> None:
    player = play(Crew)
    player.tell(0, {"users/a": {"logins": 1}}, joins="users/a")
    assert player.tell(2, {"users/b": {"logins": 1}}, joins="users/b") == ["1 users/b: idle > active"]  # idle before round one
    assert player.tell(3) == ["1 lamp: plain > proud"]
    assert player.answer.moves[0][-1] is None  # due at this very instant
