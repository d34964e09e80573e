"""The first model of one's own: the texts that ``clmstate new`` writes."""

from __future__ import annotations

__all__ = ["LOG", "MODEL", "NOTES", "TESTS"]

MODEL = '''\
"""{title}: where our customers stand, and what moves them."""

from clmstate import Days, Event, Lifecycle, Phase, Play, Signal, Team, Threshold, Touchpoint, always_possible, anywhere, unless

IMPLEMENTATION = Team("Implementation", help="sets the product up")
CSM = Team("Customer Success", help="sees to it that customers get what they came for")
RENEWALS = Team("Renewals", help="keeps customers who are in doubt")


class {name}(Lifecycle, title="{title}", version="1"):
    """From signature to success, doubt, or the end."""

    # what we know: a short label first, for it appears in sentences
    set_up = Signal.flag("set-up signed off", default=False, from_system="PSA")
    users_active = Signal.share("users active", from_system="Product")
    tickets = Signal.count("open ticket", default=0, from_system="Help desk")

    # what happens at one instant
    notice = Event("notice received", from_system="CRM")
    saved = Event("save plan closed", from_system="CRM")
    ended = Event("contract ended", from_system="CRM")

    # limits that the team may argue about
    adopted_at = Threshold(0.70, help="seven users in ten: the others follow by themselves")
    relapse_at = Threshold(0.50, help="when half have stopped, the rest will")

    # where a customer stands: phases are nouns
    onboarding = Phase(
        "Onboarding",
        initial=True,
        owner=IMPLEMENTATION,
        goal="We see a first result",
        expected=Days(14, 60),
        touchpoints=[Touchpoint("Kick-off call", why="agree on what the first result is", how="an hour with the sponsor", due=Days(3))],
    )
    success = Phase("Success", owner=CSM, goal="It is part of how we work", standing="good", expected=Days(90, 365))
    at_risk = Phase("At risk", owner=RENEWALS, goal="Somebody listens, and acts", standing="at_risk", expected=Days(7, 60))
    lost = Phase("Lost", owner=CSM, goal="We leave without losing our data", standing="lost", final=True)

    # what moves a customer: transitions are verbs
    adopt = onboarding.to(success, when=set_up & (users_active >= adopted_at))
    drift = success.to(at_risk, when=unless(users_active >= relapse_at).for_days(14), plays=Play("Call the sponsor", owner=RENEWALS, due=Days(2)))
    alarm = (onboarding | success).to(at_risk, on=notice, plays=Play("Call the decision maker", owner=RENEWALS, due=Days(1)))
    save = at_risk.to(success, on=saved, when=(users_active >= adopted_at) & (tickets == 0))
    lose = anywhere.to(lost, on=ended)

    # what must hold, whatever customers do
    promises = (always_possible(success).until(lost),)
'''

TESTS = '''\
"""What we agreed on, one meeting after the other."""

from clmstate import CLEAR
from clmstate.testing import scenario

from {module} import {name}


def test_who_is_set_up_and_uses_it_is_in_success() -> None:
    acme = scenario({name}).on("2026-01-05", users_active=0.70).stays()
    acme.on("2026-01-12", set_up=True, users_active=0.69).stays()
    acme.on("2026-02-02", users_active=0.70).takes({name}.adopt).is_in({name}.success)


def test_two_quiet_weeks_put_a_customer_at_risk() -> None:
    acme = scenario({name}).on("2026-01-05", set_up=True, users_active=0.80).takes({name}.adopt)
    acme.on("2026-03-02", users_active=0.50).stays()
    acme.on("2026-03-16", users_active=0.49).stays()
    acme.on("2026-03-29").stays()
    acme.on("2026-03-30").takes({name}.drift).is_in({name}.at_risk)


def test_silence_is_a_risk_too() -> None:
    acme = scenario({name}).on("2026-01-05", set_up=True, users_active=0.80).takes({name}.adopt)
    acme.on("2026-03-02", users_active=CLEAR).stays()  # nobody knows any more
    acme.on("2026-03-16").takes({name}.drift).is_in({name}.at_risk)


def test_a_notice_is_not_yet_the_end() -> None:
    acme = scenario({name}).on("2026-01-05", set_up=True, users_active=0.80).takes({name}.adopt)
    acme.on("2026-04-01", {name}.notice).takes({name}.alarm).is_in({name}.at_risk)
    acme.again().on("2026-04-20", {name}.saved, users_active=0.69).stays()
    acme.again().on("2026-04-20", {name}.saved, tickets=1).stays()
    acme.on("2026-04-20", {name}.saved, users_active=0.70).takes({name}.save).is_in({name}.success)


def test_the_end_is_the_end() -> None:
    acme = scenario({name}).on("2026-01-05", {name}.ended).takes({name}.lose).is_in({name}.lost)
    acme.on("2026-02-01", set_up=True, users_active=0.9).stays()
'''

LOG = """\
customer,at,event,set_up,users_active,tickets
Acme,2026-01-05,,yes,35%,2
Acme,2026-02-02,,,75%,0
Acme,2026-04-06,,,45%,
Acme,2026-04-20,,,45%,3
Acme,2026-05-04,saved,,72%,0
Acme,2026-09-14,notice,,80%,
"""

NOTES = """\
# {title}

`{module}.py` says where customers stand and what moves them; `test_{module}.py` says what was agreed. Change one, and the other tells.

```sh
# what is wrong with it
clmstate check {module}.py
# phases and criteria, in words
clmstate show {module}.py
# the journey as a picture
clmstate draw {module}.py
# one customer, step by step, and why
clmstate walk {module}.py acme.csv
# what was agreed
pytest
```
"""
