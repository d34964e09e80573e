"""The chart as a chain of ifs, without any library: what Python itself costs for this job, and the traffic's yardstick.

Nobody could draw, prove or explain this; it is in the table so that the price of a definition can be read off.
"""

from __future__ import annotations

from .facts import Facts

__all__ = ["Contract", "maker"]


class Contract(Facts):
    """One customer; `phase` is the path of the leaf phase."""

    def __init__(self) -> None:
        super().__init__()
        self.phase = "onboarding"

    def observe(self, **values: object) -> None:
        """Take the values over and move until nothing moves any more."""
        self.merge(values)
        self._settle()

    def send(self, event: str, **values: object) -> None:
        """The same with an event, which comes before the rules that need none."""
        self.merge(values)
        self.remember(event)
        phase = self._on_event(event)
        if phase is not None:
            self.phase = phase
        self._settle()

    def _settle(self) -> None:
        while (phase := self._next()) is not None:
            self.phase = phase

    def _on_event(self, event: str) -> str | None:
        phase = self.phase
        if event == "ended":
            return "churned"
        if event == "renewed" and phase.startswith("renewal."):
            return "success"
        if event == "notice" and phase in ("adoption", "success", "growth", "renewal.happy"):
            return "renewal.high_risk"
        if event == "strategy_changed" and phase in ("success", "growth"):
            return "adoption"
        if event == "saved" and phase == "renewal.high_risk":
            if self.renews_calmly():
                return "renewal.happy"
            if self.out_of_window():
                return "adoption"
        return None

    def _next(self) -> str | None:
        phase = self.phase
        if phase == "onboarding":
            return "adoption" if self.goes_live() else None
        if phase == "renewal.happy":
            if self.worrying():
                return "renewal.high_risk"
            return "growth" if self.grows() else None
        if phase == "renewal.high_risk":
            return "renewal.happy" if self.calms_down() else None
        if phase == "growth":
            if self.loses_sponsor():
                return "adoption"
            if self.has_grown():
                return "success"
            return "renewal.high_risk" if self.worries_big() else None
        if phase == "churned":
            return None
        if phase == "adoption" and self.adopts():
            return "success"
        if phase == "success" and (self.relapses() or self.loses_sponsor()):
            return "adoption"
        if self.in_window():
            return "renewal.happy" if self.healthy() else "renewal.high_risk"
        return "growth" if self.grows() else None


def maker() -> type[Contract]:
    """What makes new customers."""
    return Contract
