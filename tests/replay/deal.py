"""A lifecycle with every kind of signal, for tests of logs."""

from __future__ import annotations

from clmstate import Event, Lifecycle, Phase, Signal, Touchpoint, anywhere, unless


class Deal(Lifecycle):
    """How a deal is won, kept and lost."""

    signed = Signal.flag("contract signed", default=False)
    tickets = Signal.count("open ticket", default=0)
    nps = Signal.integer("net promoter score", -100, 100)
    hours = Signal.number("hours saved", 0, step=0.5)
    adopted = Signal.share("users adopted")
    trend = Signal.change("usage this month")
    health = Signal.score("health", 0, 100)
    waiting = Signal.days("time to first value")
    renewal_on = Signal.date("renewal")
    worth = Signal.money("contract value", unit="EUR")
    plan = Signal.choice("plan", "Team", "Pro", "none")

    notice = Event("notice received")
    bought = Event("product bought", names_instance=True)
    ended = Event("contract ended")

    fresh = Phase("Open", initial=True, touchpoints=Touchpoint("Kick-off call", why="agree on first value"))
    won = Phase("Won", standing="good")
    risky = Phase("At risk", standing="at_risk")
    lost = Phase("Lost", final=True, standing="lost")

    win = fresh.to(won, when=signed)
    worry = won.to(risky, when=(health < 50) | (tickets >= 3))
    alarm = won.to(risky, on=notice)
    calm = risky.to(won, when=(health >= 70) & unless(tickets >= 3))
    lose = anywhere.to(lost, on=ended)


class Flapping(Lifecycle):
    """Never settles while it is hot."""

    hot = Signal.flag("hot", default=False)
    a = Phase("A", initial=True)
    b = Phase("B")
    there = a.to(b, when=hot)
    back = b.to(a, when=hot)
