"""A small lifecycle that the tests of tests are about."""

from __future__ import annotations

from clmstate import (
    Composition,
    Event,
    Lifecycle,
    Many,
    Milestone,
    One,
    Phase,
    Play,
    Risk,
    Signal,
    Threshold,
    anywhere,
    never,
    unless,
)

CALL = Play("Call them")
PARTY = Play("Celebrate")


class Deal(Lifecycle):
    """A deal that is won, worried about, and lost."""

    health = Signal.score("health")
    signed = Signal.flag("contract signed", default=False)
    due_on = Signal.date("due date")
    seats = Signal.count("seat", default=0)
    notice = Event("notice received")
    bought = Event("product bought", names_instance=True)

    poor_below = Threshold(60)

    offered = Phase("Open", initial=True)
    won = Phase("Won")
    alarm = Phase("Alarm")
    asleep = Phase("Asleep")
    lost = Phase("Lost", final=True)

    win = offered.to(won, when=signed & (health >= 70))
    worry = won.to(alarm, when=(health < poor_below) | (due_on.days_until <= 30), plays=CALL)
    doze = won.to(asleep, when=unless(seats >= 5).for_days(14))
    wake = asleep.to(won, when=seats >= 5)
    calm = alarm.to(won, when=(health >= 70) & unless(due_on.days_until <= 30))
    lose = anywhere.to(lost, on=notice)

    first_win = Milestone("First win", when=signed, plays=PARTY)
    shrinking = Risk("Shrinking", sign=seats < 3)
    promises = (never(alarm).before(won),)


class User(Lifecycle):
    """A person."""

    logins = Signal.count("login", default=0)
    idle = Phase("Idle", initial=True)
    active = Phase("Active")
    begin = idle.to(active, when=logins >= 5)
    stop = active.to(idle, when=logins < 2)


class Office(Lifecycle):
    """A place that is lit while somebody is active."""

    used = Signal.share("people active", port=True)
    dark = Phase("Dark", initial=True)
    lit = Phase("Lit")
    turn_on = dark.to(lit, when=used >= 0.5)
    turn_off = lit.to(dark, when=unless(used >= 0.5))


class Site(Composition):
    """An office and its people."""

    office = One(Office)
    people = Many(User)
    wiring = (office[Office.used].fed_by(people.share_in(User.active)),)
