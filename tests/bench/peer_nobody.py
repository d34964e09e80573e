"""A customer who ignores everything: what the timing loop itself costs. Stated in the report, subtracted from nobody."""

from __future__ import annotations

__all__ = ["Nobody", "maker"]


class Nobody:
    """Takes calls as the others do, keywords unpacked, and does nothing."""

    phase = "nowhere"

    def observe(self, **values: object) -> None: ...

    def send(self, event: str, **values: object) -> None: ...


def maker() -> type[Nobody]:
    """What makes nobodies."""
    return Nobody
