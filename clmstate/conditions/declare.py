"""``Signal``: one factory per kind of fact."""

from __future__ import annotations

from typing import Any

from clmstate.conditions.facts import Choice, Date, Flag, Number
from clmstate.conditions.mistakes import Mistake
from clmstate.conditions.refusing import number_faults, text_faults
from clmstate.errors import BadValueError, shown
from clmstate.signals import LARGEST, Kind, SignalSpec, When, show_number

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
        label: str,
        *,
        opposite: str = "",
        default: bool | None = None,
        help: str = "",
        from_system: str = "",
        ref: str = "",
        port: bool = False,
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
        return Flag(
            *_spec("flag", label, opposite=opposite, default=default, help=help, from_system=from_system, ref=ref, port=port)
        )

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
                plural=plural,
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
                "integer",
                label,
                low=low,
                high=high,
                step=step,
                default=default,
                help=help,
                unit=unit,
                from_system=from_system,
                ref=ref,
                port=port,
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
                "number",
                label,
                low=low,
                high=high,
                step=step,
                default=default,
                help=help,
                unit=unit,
                from_system=from_system,
                ref=ref,
                port=port,
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
            *_spec(
                "share", label, low=0, high=1, step=step, default=default, help=help, from_system=from_system, ref=ref, port=port
            )
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
            *_spec(
                "change",
                label,
                low=low,
                high=high,
                step=step,
                default=default,
                help=help,
                from_system=from_system,
                ref=ref,
                port=port,
            )
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
                "score",
                label,
                low=low,
                high=high,
                step=step,
                default=default,
                help=help,
                unit=unit,
                from_system=from_system,
                ref=ref,
                port=port,
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
        return Number(
            *_spec(
                "days",
                label,
                low=low,
                high=high,
                step=step,
                default=default,
                help=help,
                from_system=from_system,
                ref=ref,
                port=port,
            )
        )

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
                "money",
                label,
                unit=unit,
                low=low,
                high=high,
                step=step,
                default=default,
                help=help,
                from_system=from_system,
                ref=ref,
                port=port,
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
        return Choice(
            *_spec("choice", label, choices=choices, default=default, help=help, from_system=from_system, ref=ref, port=port)
        )


def _spec(kind: Kind, label: object, **given: Any) -> tuple[SignalSpec, tuple[Mistake, ...]]:
    """The spec, and what is wrong with how it was declared."""
    wrong = text_faults("CLM118", "the label", label, remedy="say first what the business calls it", label=True)
    named = "?" if wrong or not isinstance(label, str) else label
    wrong += _text_faults(named, given)
    low, high, step = (_number(named, given, name, wrong) for name in ("low", "high", "step"))
    if low is not None and high is not None and low > high:
        cause = f"the lower bound {show_number(low)} of '{named}' is above the upper bound {show_number(high)}"
        wrong.append(Mistake("CLM118", cause, "swap them"))
        given["low"] = given["high"] = None
    if step is not None and step <= 0:
        cause = f"the step {show_number(step)} of '{named}' is not above 0"
        wrong.append(Mistake("CLM118", cause, "give the distance of two neighbouring values"))
    if kind == "choice":
        wrong += _choice_faults(named, given)
    if kind == "count" and not given["plural"]:
        given["plural"] = f"{named}s"
    default = given.pop("default", None)
    spec = SignalSpec("", kind, named, **given)
    if default is not None:
        try:
            spec = SignalSpec("", kind, named, default=spec.accept(default), **given)
        except BadValueError as error:
            cause = f"the default of '{named}' is refused: {error.diagnostics[0].cause}"
            wrong.append(Mistake("CLM118", cause, f"give {spec.allowed}"))
    return spec, tuple(wrong)


def _text_faults(label: str, given: dict[str, Any]) -> list[Mistake]:
    wrong: list[Mistake] = []
    for name in ("plural", "opposite", "help", "unit", "from_system", "ref"):
        faults = text_faults("CLM118", f"{name} of '{label}':", given.get(name, ""))
        if faults:
            given[name] = ""
        wrong += faults
    if not isinstance(given["port"], bool):
        wrong.append(
            Mistake(
                "CLM118", f"port={shown(given['port'])} of '{label}' is neither True nor False", "say port=True or leave it out"
            )
        )
        given["port"] = False
    return wrong


def _number(label: str, given: dict[str, Any], name: str, wrong: list[Mistake]) -> float | None:
    value: float | None = given.get(name)
    if value is not None and number_faults(value):
        cause = f"{name}={shown(value)} of '{label}' is not a number that can be used"
        wrong.append(Mistake("CLM118", cause, f"give a number up to {show_number(LARGEST)} for {name}, or leave it out"))
        given[name] = value = None
    return value


def _choice_faults(label: str, given: dict[str, Any]) -> list[Mistake]:
    choices: tuple[object, ...] = given["choices"]
    words = [choice for choice in choices if isinstance(choice, str) and not text_faults("", "", choice, label=True)]
    given["choices"] = tuple(dict.fromkeys(words))
    if not choices or len(words) < len(choices):
        remedy = "name its values, as in Signal.choice('plan', 'Team', 'Pro')"
        return [Mistake("CLM118", f"the choice '{label}' does not list its words", remedy)]
    if len(set(words)) < len(words):
        return [Mistake("CLM118", f"the choice '{label}' lists a word twice", "name each value once")]
    return []
