"""A whole customer on python-statemachine: one hand-written chart for each part, and hand-kept counts between them.

The contract is the chart of :mod:`tests.bench.peer_statemachine`; users and products are written in the same way, with the rules that the
traffic of :mod:`tests.bench.wholes` comes by. In the peer's favour nothing is validated or may be missing, no journey, milestones or
warning signs are kept, what the contract sees of its users is counted up and down, and it is asked only when that has changed.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import polars as pl
from statemachine import State, StateChart

from tests.bench.peer_statemachine import maker

__all__ = ["play", "rows_of"]

Told = tuple[str, str, str, str | None, str | None, dict[str, Any]]


class UserFacts:
    """One user's facts, and the questions that the chart asks."""

    def __init__(self) -> None:
        self.logins_28d, self.features, self.trained, self.nps, self.decides = -1, 0, False, 5, False

    def came(self) -> bool:
        return self.logins_28d >= 1

    def regular(self) -> bool:
        return self.logins_28d >= 8 and self.features >= 3 and self.trained

    def daily(self) -> bool:
        return self.logins_28d >= 16 and self.features >= 6 and self.nps >= 9

    def gone_quiet(self) -> bool:
        return self.logins_28d == 0

    def slipping(self) -> bool:
        return self.logins_28d < 4

    def cooler(self) -> bool:
        return self.logins_28d < 8 or self.nps <= 6


class UserChart(StateChart[UserFacts]):
    """A user."""

    atomic_configuration_update = True
    catch_errors_as_events = False

    invited = State(initial=True)
    activated = State()
    adopted = State()
    champion = State()
    dormant = State()

    evaluate = (
        invited.to(activated, cond="came")
        | activated.to(adopted, cond="regular")
        | activated.to(dormant, cond="gone_quiet")
        | adopted.to(champion, cond="daily")
        | adopted.to(dormant, cond="gone_quiet")
        | adopted.to(activated, cond="slipping")
        | champion.to(dormant, cond="gone_quiet")
        | champion.to(adopted, cond="cooler")
        | dormant.to(activated, cond="came")
    )

    def after_transition(self) -> None:
        self.raise_("evaluate")


class ProductFacts:
    """One product's facts."""

    def __init__(self) -> None:
        self.set_up, self.users_active = False, 0.0

    def ready(self) -> bool:
        return self.set_up

    def used(self) -> bool:
        return self.users_active >= 0.6

    def little_used(self) -> bool:
        return self.users_active < 0.5


class ProductChart(StateChart[ProductFacts]):
    """A product, as far as this traffic takes it."""

    atomic_configuration_update = True
    catch_errors_as_events = False

    implementation = State(initial=True)
    adoption = State()
    success = State()

    evaluate = (
        implementation.to(adoption, cond="ready") | adoption.to(success, cond="used") | success.to(adoption, cond="little_used")
    )

    def after_transition(self) -> None:
        self.raise_("evaluate")


def good(user: UserChart) -> bool:
    """Whether a user works with it."""
    return next(iter(user.configuration_values)) in ("adopted", "champion")


class Customer:
    """One contract, products and users."""

    def __init__(self) -> None:
        self.contract = maker()()
        self.users: dict[str, UserChart] = {}
        self.products: dict[str, ProductChart] = {}
        self.good = 0

    def observe(self, at: str, part: str, instance: str | None, event: str | None, values: dict[str, Any]) -> None:
        """One row of a log."""
        name = instance or ""
        if part == "contract":
            self.contract.observe(at=at, **values)
        elif part == "products":
            if event == "@join":
                self.products[name] = ProductChart(ProductFacts())
            product = self.products[name]
            product.model.__dict__.update(values)
            product.evaluate()
        else:
            self.user(at, name, event, values)

    def user(self, at: str, name: str, event: str | None, values: dict[str, Any]) -> None:
        """A row about a user, and what the contract sees of it."""
        before = len(self.users), self.good
        if event == "@leave":
            self.good -= good(self.users.pop(name))
        else:
            if event == "@join":
                self.users[name] = UserChart(UserFacts())
            user = self.users[name]
            was = good(user)
            user.model.__dict__.update(values)
            user.evaluate()
            self.good += good(user) - (was if event != "@join" else False)
        if before != (len(self.users), self.good) and self.users:
            self.contract.observe(at=at, users_adopted=self.good / len(self.users))


def rows_of(frame: pl.DataFrame) -> Iterator[Told]:
    """The rows of a log, each with what it says; instants as ISO days, which the chart of the contract reads fastest."""
    frame = frame.with_columns(pl.col(pl.Datetime).dt.strftime("%Y-%m-%d"))
    for row in frame.iter_rows(named=True):
        part = row["part"]
        values = {name.removeprefix(f"{part}."): value for name, value in row.items() if "." in name and value is not None}
        yield row["customer"], row["at"], part, row["instance"], row["event"], values


def play(rows: list[Told]) -> tuple[int, int]:
    """Plays rows; how many there were. What they moved is not counted."""
    name, one = "", Customer()
    for customer, at, part, instance, event, values in rows:
        if customer != name:
            name, one = customer, Customer()
        one.observe(at, part, instance, event, values)
    return len(rows), 0
