"""What every hand-written peer keeps about one customer, and the questions that its chart asks.

The peers share these facts on purpose: then the table compares how the libraries settle a chart, not how well somebody
wrote `health >= 70`. In the peers' favour nothing is validated, nothing may be missing after the first observation, and no
journey is kept. What a library lacks, whole elapsed days and "for 14 days", is written out here by hand.

Days come as ISO text, and are kept as what is cheapest to subtract: their number in the calendar. A dictionary remembers
each day that was read. (That this cannot tell a morning from an evening is in the peers' favour too: clmstate can.)
"""

from __future__ import annotations

from datetime import date
from typing import Any

from .traffic import DATES

__all__ = ["Facts"]

_NEVER, _NOT_YET = -1_000_000, 10_000_000
_DAYS: dict[str, int] = {}


def _day(text: str) -> int:
    number = _DAYS[text] = date.fromisoformat(text).toordinal()
    return number


class Facts:
    """One customer's facts; guards are methods, as every peer library likes them.

    What nobody has told yet stands at a value that answers no question with yes, so that no guard needs to ask for None.
    """

    def __init__(self) -> None:
        self.at = _NEVER
        self.setup_done = False
        self.users_adopted = 0.0
        self.escalations = 0
        self.health = 0
        self.expansion = False
        self.sponsor = True
        self.nps = 10
        self.renewal_on = self.last_contact = _NOT_YET
        self.renewed_at = self.notice_at = self.let_down_at = self.strategy_changed_at = _NEVER
        self.little_used_since: int | None = None

    def merge(self, values: dict[str, object]) -> None:
        """Take over the given values and wind the one clock; the clock reads values only, so before settling is soon enough."""
        if "at" in values:
            at: Any = values["at"]
            values["at"] = _DAYS.get(at) or _day(at)
        for name in DATES:
            if name in values:
                day: Any = values[name]
                values[name] = _DAYS.get(day) or _day(day)
        self.__dict__.update(values)
        if self.users_adopted >= 0.6:
            self.little_used_since = None
        elif self.little_used_since is None:
            self.little_used_since = self.at

    def remember(self, event: str) -> None:
        """Note when an event happened, for the rules that count days since it."""
        self.__dict__[f"{event}_at"] = self.at

    def in_window(self) -> bool:
        return self.renewal_on - self.at <= 120 and self.at - self.renewed_at > 120

    def strained(self) -> bool:
        return (
            not self.sponsor
            or self.nps <= 6
            or self.at - self.last_contact > 60
            or self.at - self.let_down_at < 30
            or self.at - self.strategy_changed_at < 30
        )

    def healthy(self) -> bool:
        return self.health >= 70 and self.escalations == 0 and not self.strained()

    def worrying(self) -> bool:
        return self.health < 60 or self.escalations >= 2 or self.strained()

    def goes_live(self) -> bool:
        return self.setup_done and self.users_adopted >= 0.5

    def adopts(self) -> bool:
        return self.users_adopted >= 0.8 and self.escalations == 0 and not self.strained()

    def relapses(self) -> bool:
        return self.little_used_since is not None and self.at - self.little_used_since >= 14

    def loses_sponsor(self) -> bool:
        return not self.sponsor

    def renews_calmly(self) -> bool:
        return self.in_window() and self.healthy()

    def renews_tensely(self) -> bool:
        return self.in_window() and not self.healthy()

    def calms_down(self) -> bool:
        return self.healthy() and self.at - self.notice_at > 365

    def out_of_window(self) -> bool:
        return not self.in_window()

    def grows(self) -> bool:
        return self.expansion and self.healthy()

    def has_grown(self) -> bool:
        return not self.expansion

    def worries_big(self) -> bool:
        return self.in_window() and self.worrying()
