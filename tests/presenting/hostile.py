"""A model whose every text tries to be something else than text."""

from __future__ import annotations

from clmstate import Composition, Days, Event, Lifecycle, Many, Milestone, Phase, Play, Risk, Signal, SuccessGap, Team, Touchpoint

BAD = (
    "<script>window.hacked=1</script>",
    '"><img src=http://example.com/x onerror="window.hacked=2">',
    "</script></template><b>bold</b>",
    "{{7*7}} ${7*7} <!-- --> ]]> &amp; &lt; \\u003c",
    "right \u202eto left\u202c, عميل, 顧客, naïve 🙂, \u2028line",
    "word" * 60,
)


def bad(number: int) -> str:
    return BAD[number % len(BAD)]


CONTACTS = [Touchpoint(bad(n), why=bad(n + 1), how=bad(n + 2), due=Days(n)) for n in range(5)]


class Hostile(Lifecycle, title=bad(0), version="1"):
    """<script>window.hacked=3</script> and "quotes".

    More.
    """

    ready = Signal.flag(bad(1), default=False)
    level = Signal.count(bad(2), plural=bad(3))
    kind = Signal.choice(bad(4), bad(0), bad(1))
    over = Event(bad(5))
    team = Team(bad(1), help=bad(2))
    first = Phase(
        bad(2), initial=True, owner=team, contributors=[Team(bad(3))], goal=bad(0), questions=[bad(1), bad(4)], expected=Days(1, 2),
        touchpoints=[Touchpoint(bad(0), why=bad(1), how=bad(2), done=ready, due=Days(3)), *CONTACTS],
    )  # fmt: skip
    second = Phase(bad(5), owner=Team(bad(4)), standing="good")
    third = Phase(bad(0), final=True, standing="lost")
    go = first.to(second, when=(ready & (level >= 2)).named(bad(0)), plays=Play(bad(1), why=bad(2), owner=team), why=bad(3))
    back = second.to(first, when=kind == bad(0))
    lose = (first | second).to(third, on=over)
    there = Milestone(bad(3), when=ready)
    risk = Risk(bad(4), sign=~ready, help=bad(1))
    gap = SuccessGap(bad(5), ours=bad(0), theirs=bad(1), plan=bad(2), cost=bad(3), when=ready)


class HostileCustomer(Composition, title=bad(2)):
    """</script>"""

    several = Many(Hostile, label=bad(0), help=bad(1))
