"""What every hand-written peer keeps about one customer, and the questions that its chart asks.

The peers share these facts on purpose: then the table compares how the libraries settle a chart, not how well somebody
wrote `health >= 70`. In the peers' favour nothing is validated, nothing may be missing after the first observation, and no
journey is kept. What a library lacks, whole elapsed days and "for 14 days", is written out here by hand.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time

__all__ = ["Facts"]

_NEVER = datetime.min.replace(tzinfo=UTC)


class Facts:
    """One customer's facts; guards are methods, as every peer library likes them."""

    def __init__(self) -> None:
        self.at = _NEVER
        self.setup_done = False
        self.users_adopted = 0.0
        self.escalations = 0
        self.health = 0
        self.expansion = False
        self.renewal_on = datetime.max.replace(tzinfo=UTC)
        self.renewed_at = _NEVER
        self.notice_at = _NEVER
        self.little_used_since: datetime | None = None

    def merge(self, values: dict[str, object]) -> None:
        """Take over the given values and wind the one clock; the clock reads values only, so before settling is soon enough."""
        if "renewal_on" in values:
            renewal_on = values["renewal_on"]
            assert isinstance(renewal_on, date)
            values["renewal_on"] = datetime.combine(renewal_on, time(), UTC)
        self.__dict__.update(values)
        if self.users_adopted >= 0.6:
            self.little_used_since = None
        elif self.little_used_since is None:
            self.little_used_since = self.at

    def remember(self, event: str) -> None:
        """Note when an event happened, for the rules that count days since it."""
        if event == "renewed":
            self.renewed_at = self.at
        elif event == "notice":
            self.notice_at = self.at

    def in_window(self) -> bool:
        return (self.renewal_on - self.at).days <= 120 and (self.at - self.renewed_at).days > 120

    def healthy(self) -> bool:
        return self.health >= 70 and self.escalations == 0

    def worrying(self) -> bool:
        return self.health < 60 or self.escalations >= 2

    def goes_live(self) -> bool:
        return self.setup_done and self.users_adopted >= 0.5

    def adopts(self) -> bool:
        return self.users_adopted >= 0.8 and self.escalations == 0

    def relapses(self) -> bool:
        return self.little_used_since is not None and (self.at - self.little_used_since).days >= 14

    def renews_calmly(self) -> bool:
        return self.in_window() and self.healthy()

    def renews_tensely(self) -> bool:
        return self.in_window() and not self.healthy()

    def calms_down(self) -> bool:
        return self.healthy() and (self.at - self.notice_at).days > 365

    def out_of_window(self) -> bool:
        return not self.in_window()

    def grows(self) -> bool:
        return self.expansion and self.healthy()

    def has_grown(self) -> bool:
        return not self.expansion

    def worries_big(self) -> bool:
        return self.in_window() and self.worrying()
