"""A whole customer: `models.dynamic.customer`, with one contract, products and users, each reporting when it has news.

The mix: 85 % of the observations are a user's report of one signal, 8 % a product's, 5 % the contract's, and 2 % people who
join or leave. How many of them move anything is counted. A hundred observations come in a day, whatever the number of users,
so that customers of different size differ in nothing else.
"""

from __future__ import annotations

import random
import statistics
import time
from collections import deque
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from itertools import islice
from typing import Any

import attrs

from .contest import Sample, frozen

__all__ = ["A_DAY", "MIX", "PRODUCTS", "RANDOM", "SOME", "TURN", "Composed", "Downward", "Size"]

MIX = "85 % reports of one signal about a user, 8 % about a product, 5 % about the contract, 2 % users who join or leave"
FEW, SOME = 10, 500  # users
RANDOM, TURN, NAMED = "picked at random", "picked in turn", "picked at random, found by name each time"
_CROWDS = ((SOME, RANDOM), (FEW, RANDOM), (None, RANDOM), (FEW, TURN), (None, TURN), (SOME, NAMED))  # None: as many as are wanted
PRODUCTS = 5
A_DAY = 100  # observations
MOVING = 0.085  # of the users' reports
ASLEEP = 3  # users at most at a time, so that the contract stands as well among ten users as among many
START = date(2026, 1, 5)

Call = tuple[Callable[..., Any], tuple[str, ...], dict[str, Any]]


@attrs.frozen
class Size:
    """How much is measured."""

    observations: int  # in each sample
    repetitions: int
    many: int  # users
    readers: tuple[int, ...]


@attrs.frozen
class Downward:
    """What it costs that the contract ends, or goes on, seconds; every product reads the port that tells."""

    readers: int
    asked: float  # products that were cancelled: they look and stay
    moved: float  # products in use: they pause, or go on


@attrs.frozen
class Composed:
    """All that was found about whole customers."""

    samples: dict[str, list[Sample]]
    moving: dict[str, float]  # the share of observations that move anything
    asked: dict[str, float]  # phase functions asked per observation
    downward: list[Downward]
    built: dict[str, float]  # seconds, by way of building a live customer

    @classmethod
    def measured(cls, size: Size, tell: Callable[[str, str], None]) -> Composed:
        """Customers of all sizes in turn; then ports, then live ones."""
        with frozen():
            crowds = []
            for users, picked in _CROWDS:
                tell("a whole customer, built", f"{users or size.many:,} users")
                crowds.append(Crowd.of(users or size.many, picked))
            samples: dict[str, list[Sample]] = {crowd.label: [] for crowd in crowds}
            moving, asked = {}, {}
            for crowd in crowds:
                moving[crowd.label], asked[crowd.label] = crowd.counted(size.observations)
            for _ in range(size.repetitions):
                for crowd in crowds:
                    tell("a whole customer", crowd.label)
                    samples[crowd.label].append(crowd.timed(size.observations))
            del crowds, crowd
        downward = []
        for readers in size.readers:
            tell("a downward port", f"{readers:,} readers")
            downward.append(Downward(readers, _flips(readers, cancelled=True), _flips(readers, cancelled=False)))
        built = {}
        for way, build in _WAYS.items():
            tell("a live customer", way)
            built[way] = statistics.median(_once(build) for _ in range(size.repetitions))
        return cls(samples, moving, asked, downward, built)

    @staticmethod
    def steps(size: Size) -> int:
        """How often `measured` tells of what it does."""
        return len(_CROWDS) * (1 + size.repetitions) + len(size.readers) + len(_WAYS)

    def labelled(self, *, many: bool, picked: str) -> str:
        """The customer with most users, or with fewest."""
        found = [label for label in self.samples if label.endswith(picked)]
        return max(found, key=_users) if many else min(found, key=_users)

    @property
    def middle(self) -> str:
        """The customer on whom the rate is judged."""
        return f"{SOME:,} users, {RANDOM}"


def _users(label: str) -> int:
    return int(label.partition(" ")[0].replace(",", ""))


# ---- customers and their traffic


def whole_customer(users: int, *, engine: str = "compiled", products: int = PRODUCTS) -> Any:
    """A customer in Success, its users adopted, its products in use."""
    from models.dynamic.customer import Customer

    customer = Customer("Acme", engine=engine)  # type: ignore[arg-type]
    day = START.isoformat()
    customer.contract.observe(at=day, setup_done=True, health=80, renewal_on="2099-12-31", last_contact=day)
    for number in range(products):
        customer.products.join(f"product {number}", at=day, set_up=True, users_active=0.9)
    for number in range(users):
        customer.users.join(f"user {number}", at=day, **HABIT, decides=number == 0)
    return customer


HABIT = {"logins_28d": 10, "features": 4, "trained": True}


def steps_of(customer: Any, users: int, picked: str, seed: int = 5) -> Iterator[Call]:
    """Observations without end: what is called, with what. Users are picked at random, or in turn in an order shuffled once."""
    rng = random.Random(seed)
    order = [f"user {number}" for number in range(users)]
    rng.shuffle(order)
    reporting = {name: _observing(customer, name, by_name=picked == NAMED) for name in order}
    products = [customer.products[name].observe for name in customer.products.names]
    known: dict[str, int] = {}
    asleep: deque[str] = deque()
    guests: deque[str] = deque()
    turn = number = joined = 0
    while True:
        at = (START + timedelta(days=1 + number // A_DAY)).isoformat()
        number += 1
        kind = rng.random()
        if kind < 0.85:
            moves = rng.random() < MOVING
            values: dict[str, Any]
            if moves and asleep and (len(asleep) == ASLEEP or rng.random() < 0.5):
                name = asleep.popleft()
                values = {"logins_28d": 10}
            else:
                name = order[turn % users if picked == TURN else rng.randrange(users)]
                turn += 1
                while name in asleep:
                    name = order[rng.randrange(users)]
                values = {"logins_28d": 0} if moves else _report(rng, name, known)
                if moves:
                    asleep.append(name)
            yield reporting[name], (), {"at": at, **values}
        elif kind < 0.93:
            active = rng.uniform(0.3, 0.49) if rng.random() < 0.03 else rng.uniform(0.7, 0.99)
            yield rng.choice(products), (), {"at": at, "users_active": round(active, 2)}
        elif kind < 0.98:
            values = {"last_contact": at} if rng.random() < 0.2 else {"health": rng.randrange(74, 96)}
            yield customer.contract.observe, (), {"at": at, **values}
        elif guests and (len(guests) == ASLEEP or rng.random() < 0.5):
            yield customer.users.leave, (guests.popleft(),), {"at": at}
        else:
            joined += 1
            guests.append(f"guest {joined}")
            yield customer.users.join, (guests[-1],), {"at": at}


def _observing(customer: Any, name: str, *, by_name: bool) -> Callable[..., Any]:
    """Who takes a user's report: the object that was once asked for, or one that is looked up by name every time."""
    users = customer.users

    def observe(**values: Any) -> Any:
        return users[name].observe(**values)

    return observe if by_name else users[name].observe


def _report(rng: random.Random, name: str, known: dict[str, int]) -> dict[str, int]:
    """One signal of a user who goes on as before."""
    what = rng.random()
    if what < 0.8:
        logins = known[name] = 9 + (known.get(name, 10) - 8) % 7
        return {"logins_28d": logins}
    return {"features": rng.randrange(3, 6)} if what < 0.9 else {"nps": rng.randrange(7, 9)}


@attrs.define
class Crowd:
    """A customer, and its traffic going on and on."""

    label: str
    customer: Any
    steps: Iterator[Call]

    @classmethod
    def of(cls, users: int, picked: str) -> Crowd:
        with frozen():
            customer = whole_customer(users)
            return cls(f"{users:,} users, {picked}", customer, steps_of(customer, users, picked))

    def counted(self, observations: int) -> tuple[float, float]:
        """The share of observations that move, and the phase functions asked per observation."""
        whole = self.customer._whole.whole
        before = whole.asked
        moving = statistics.fmean(bool(call(*places, **values)) for call, places, values in self._next(observations))
        return moving, (whole.asked - before) / observations

    def timed(self, observations: int) -> Sample:
        steps = self._next(observations)
        with frozen():
            cpu, wall = time.process_time(), time.perf_counter()
            for call, places, values in steps:
                call(*places, **values)
            wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
        return Sample(observations, wall, cpu)

    def _next(self, observations: int) -> list[Call]:
        return list(islice(self.steps, observations))


# ---- a downward port


def _flips(readers: int, *, cancelled: bool) -> float:
    """Median seconds of one observation in which the contract ends or goes on, moved by hand."""
    customer = whole_customer(1, products=readers)
    if cancelled:
        customer.products.send("cancellation", at=START.isoformat())
    contract = customer.contract
    taken = []
    with frozen():
        for number in range(max(4, 2_000 // readers)):
            to = "churned" if number % 2 == 0 else "success"
            before = time.process_time()
            contract.move(to, by="bench", reason="the port changes")
            taken.append(time.process_time() - before)
    return statistics.median(taken)


# ---- live customers


def _join_each() -> Any:
    return whole_customer(SOME, engine="live")


def _start_all() -> Any:
    from models.dynamic.customer import Customer

    customer = Customer("Acme")
    people = {f"users/user {number}": "adopted" for number in range(SOME)}
    products = {f"products/product {number}": "running.success" for number in range(PRODUCTS)}
    customer.start({"contract": "success", **products, **people}, at=START.isoformat(), values=dict.fromkeys(people, HABIT))
    return customer


def _with_charts() -> Any:
    customer = _start_all()
    charts = [user.chart for user in customer.users]
    assert len(charts) == SOME
    return customer


_WAYS = {
    "placed where they stand, all at once": _start_all,
    "joining one by one, each an observation": _join_each,
    "placed, and all 500 charts asked for": _with_charts,
}


def _once(build: Callable[[], Any]) -> float:
    with frozen():
        before = time.perf_counter()
        build()
        return time.perf_counter() - before
