"""``Signal``: one factory per kind of fact."""

from __future__ import annotations

import math
from typing import Any

from clmstate.conditions.facade import Choice, Date, Flag, Mistake, Number
from clmstate.errors import BadValueError
from clmstate.signals import LARGEST, Kind, SignalSpec, When

__all__ = ["Signal"]


class Signal:
    """Declares what is known about a customer. The label comes first, short: it appears in sentences.

    All kinds share these arguments: ``default`` says what absence means (such a signal is never missing), ``help`` explains at
    length, ``from_system`` names the system that knows, ``ref`` the source that asks for it, and ``port=True`` lets a composition
    feed it.

    Example:
        >>> from clmstate import Lifecycle
        >>> class Deal(Lifecycle):
        ...     tickets = Signal.count("open ticket", default=0, from_system="Help desk")
        >>> Deal.tickets.spec.plural
        'open tickets'
    """

    @staticmethod
    def flag(
        label: str, *, opposite: str = "", default: bool | None = None, help: str = "", from_system: str = "", ref: str = "", port: bool = False
    ) -> Flag:
        """Yes or no.

        Args:
            label: how the business says that it is so ("setup signed off").
            opposite: how it says that it is not so; by default "not" and the label.
            default: what absence means.
            help, from_system, ref, port: see :class:`Signal`.

        Example:
            >>> Signal.flag("signed", default=False).spec.never_missing
            True
        """
        return Flag(*_spec("flag", label, opposite=opposite, default=default, help=help, from_system=from_system, ref=ref, port=port))

    @staticmethod
    def count(
        label: str,
        *,
        plural: str = "",
        high: int | None = None,
        default: int | None = None,
        help: str = "",
        unit: str = "",
        from_system: str = "",
        ref: str = "",
        port: bool = False,
    ) -> Number[int]:
        """How many there are: a whole number from 0, in steps of 1.

        Args:
            label: one of them ("open escalation").
            plural: several of them; by default the label and an "s".
            high: the most there can be.
            default: what absence means.
            help, unit, from_system, ref, port: see :class:`Signal`.

        Example:
            >>> Signal.count("seat").spec.allowed
            'a whole number, at least 0'
        """
        return Number(
            *_spec(
                "count",
                label,
                plural=plural or f"{label}s",
                low=0,
                high=high,
                step=1,
                default=default,
                help=help,
                unit=unit,
                from_system=from_system,
                ref=ref,
                port=port,
            )
        )

    @staticmethod
    def integer(
        label: str,
        low: int | None = None,
        high: int | None = None,
        *,
        step: int = 1,
        default: int | None = None,
        help: str = "",
        unit: str = "",
        from_system: str = "",
        ref: str = "",
        port: bool = False,
    ) -> Number[int]:
        """A whole number between two bounds, both included.

        Example:
            >>> Signal.integer("net promoter score", -100, 100).spec.allowed
            'a whole number from -100 to 100'
        """
        return Number(
            *_spec(
                "integer", label, low=low, high=high, step=step, default=default, help=help, unit=unit, from_system=from_system, ref=ref, port=port
            )
        )

    @staticmethod
    def number(
        label: str,
        low: float | None = None,
        high: float | None = None,
        *,
        step: float,
        default: float | None = None,
        help: str = "",
        unit: str = "",
        from_system: str = "",
        ref: str = "",
        port: bool = False,
    ) -> Number[float]:
        """A number between two bounds; the step says which values are neighbours (values between steps are legal).

        Example:
            >>> Signal.number("hours saved", 0, step=0.5).spec.step
            0.5
        """
        return Number(
            *_spec(
                "number", label, low=low, high=high, step=step, default=default, help=help, unit=unit, from_system=from_system, ref=ref, port=port
            )
        )

    @staticmethod
    def share(
        label: str,
        *,
        step: float = 0.01,
        default: float | None = None,
        help: str = "",
        from_system: str = "",
        ref: str = "",
        port: bool = False,
    ) -> Number[float]:
        """A part of a whole, from 0 to 1, shown as percent; in steps of 0.01.

        Example:
            >>> Signal.share("users adopted").spec.show(0.625)
            '62.5 %'
        """
        return Number(
            *_spec("share", label, low=0, high=1, step=step, default=default, help=help, from_system=from_system, ref=ref, port=port)
        )

    @staticmethod
    def change(
        label: str,
        *,
        low: float | None = -1.0,
        high: float | None = None,
        step: float = 0.01,
        default: float | None = None,
        help: str = "",
        from_system: str = "",
        ref: str = "",
        port: bool = False,
    ) -> Number[float]:
        """A signed relative change, shown as percent: -0.2 is a drop of 20 %; in steps of 0.01.

        Example:
            >>> Signal.change("usage this month").spec.show(-0.2)
            '-20 %'
        """
        return Number(
            *_spec("change", label, low=low, high=high, step=step, default=default, help=help, from_system=from_system, ref=ref, port=port)
        )

    @staticmethod
    def score(
        label: str,
        low: float = 0,
        high: float = 100,
        *,
        step: float = 1,
        default: float | None = None,
        help: str = "",
        unit: str = "",
        from_system: str = "",
        ref: str = "",
        port: bool = False,
    ) -> Number[float]:
        """A score between two bounds, both included; in steps of 1.

        Example:
            >>> Signal.score("health", 0, 100).spec.allowed
            'a number from 0 to 100'
        """
        return Number(
            *_spec(
                "score", label, low=low, high=high, step=step, default=default, help=help, unit=unit, from_system=from_system, ref=ref, port=port
            )
        )

    @staticmethod
    def days(
        label: str,
        *,
        low: float | None = 0,
        high: float | None = None,
        step: float = 1,
        default: float | None = None,
        help: str = "",
        from_system: str = "",
        ref: str = "",
        port: bool = False,
    ) -> Number[float]:
        """A length of time in days that some system reports; in steps of 1. For time that passes by itself use a date.

        Example:
            >>> Signal.days("time to first value").spec.show(14)
            '14 days'
        """
        return Number(*_spec("days", label, low=low, high=high, step=step, default=default, help=help, from_system=from_system, ref=ref, port=port))

    @staticmethod
    def date(
        label: str, *, default: When | None = None, help: str = "", from_system: str = "", ref: str = "", port: bool = False
    ) -> Date:
        """A date (its midnight) or an exact time; ``days_until`` and ``days_since`` follow the customer's clock.

        Example:
            >>> Signal.date("renewal").spec.show(0)
            '1970-01-01'
        """
        return Date(*_spec("date", label, default=default, help=help, from_system=from_system, ref=ref, port=port))

    @staticmethod
    def money(
        label: str,
        *,
        unit: str = "",
        low: float | None = None,
        high: float | None = None,
        step: float = 1,
        default: float | None = None,
        help: str = "",
        from_system: str = "",
        ref: str = "",
        port: bool = False,
    ) -> Number[float]:
        """An amount of money in a currency (`unit`); in steps of 1 unless said.

        Example:
            >>> Signal.money("contract value", unit="EUR").spec.show(12000)
            '12,000 EUR'
        """
        return Number(
            *_spec(
                "money", label, unit=unit, low=low, high=high, step=step, default=default, help=help, from_system=from_system, ref=ref, port=port
            )
        )

    @staticmethod
    def choice(
        label: str,
        *choices: str,
        default: str | None = None,
        help: str = "",
        from_system: str = "",
        ref: str = "",
        port: bool = False,
    ) -> Choice:
        """One of some words.

        Example:
            >>> Signal.choice("plan", "Team", "Pro").spec.choices
            ('Team', 'Pro')
        """
        return Choice(*_spec("choice", label, choices=choices, default=default, help=help, from_system=from_system, ref=ref, port=port))


def _spec(kind: Kind, label: str, **given: Any) -> tuple[SignalSpec, tuple[Mistake, ...]]:
    """The spec, and what is wrong with how it was declared."""
    wrong: list[Mistake] = []
    if not isinstance(label, str) or not label.strip():
        wrong.append(Mistake("CLM118", f"the label {label!r:.60} is not a text", "say first what the business calls it"))
        label = "?"
    low, high, step = (_finite(given, name, wrong) for name in ("low", "high", "step"))
    if low is not None and high is not None and low > high:
        wrong.append(Mistake("CLM118", f"the lower bound {low:g} of '{label}' is above the upper bound {high:g}", "swap them"))
        given["low"] = given["high"] = None
    if step is not None and step <= 0:
        wrong.append(Mistake("CLM118", f"the step {step:g} of '{label}' is not above 0", "give the distance of two neighbouring values"))
    wrong.extend(_choice_faults(kind, label, given.get("choices", ())))
    default = given.pop("default", None)
    spec = SignalSpec("", kind, label, **given)
    if default is not None:
        try:
            spec = SignalSpec("", kind, label, default=spec.accept(default), **given)
        except BadValueError as error:
            wrong.append(Mistake("CLM118", f"the default of '{label}' is refused: {error.diagnostics[0].cause}", f"give {spec.allowed}"))
    return spec, tuple(wrong)


def _finite(given: dict[str, Any], name: str, wrong: list[Mistake]) -> float | None:
    value = given.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value) or abs(value) > LARGEST:
        wrong.append(Mistake("CLM118", f"{name}={value!r:.40} is not a number", f"give a number up to {LARGEST} for {name}, or leave it out"))
        given[name] = None
        return None
    return value


def _choice_faults(kind: Kind, label: str, choices: tuple[object, ...]) -> list[Mistake]:
    if kind != "choice":
        return []
    if not choices or not all(isinstance(c, str) and c for c in choices):
        return [Mistake("CLM118", f"the choice '{label}' does not list its words", "name its values, as in Signal.choice('plan', 'Team', 'Pro')")]
    if len(set(choices)) < len(choices):
        return [Mistake("CLM118", f"the choice '{label}' lists a word twice", "name each value once")]
    return []
