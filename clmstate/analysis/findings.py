"""Findings: what an analysis says of a model, each with a customer who shows it.

One shape for everything that is found, whoever finds it: structure, proofs, explorations of compositions, comparisons of versions. A
finding is plain data; the command line groups, prints and counts it. Kinds of findings are listed in :data:`KINDS`, each with a code
that stays; the reference page has a lifecycle for each code that has it, and a clean twin.

Codes by finder: CLM501-509 structure, 510-529 rules, 530-539 remarks about rules, 540-549 upkeep, 570-579 versions,
580-599 compositions and promises. (550-569 are mistakes of those who ask for chances.)
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any, Final, Literal

import attrs

from clmstate.signals import Value, show_instant

__all__ = ["KINDS", "Evidence", "Finding", "Kind", "Report", "Severity", "finding", "sorted_findings"]

Severity = Literal["error", "warning", "info"]

_ORDER: Final[Mapping[str, int]] = MappingProxyType({"error": 0, "warning": 1, "info": 2})


def _frozen(values: Mapping[str, Any]) -> Mapping[str, Any]:
    return MappingProxyType(dict(values))


@attrs.frozen
class Report:
    """What is told about a customer at one instant: one row of a log.

    Attributes:
        at: when, as an instant (microseconds since 1970-01-01 UTC).
        values: stored values by signal (in a composition by ``part.signal``); dates are instants, None forgets a value.
        event: the event offered, or an act such as ``@join``; "" if there is none.
        part, instance: whom it is about, as paths; "" for a lifecycle on its own.
        details: what belongs to the event.

    Example:
        >>> Report(0, {"health": 80}).row()
        {'at': '1970-01-01', 'health': 80}
    """

    at: int
    values: Mapping[str, Value | None] = attrs.field(factory=dict, converter=_frozen)
    event: str = ""
    part: str = ""
    instance: str = ""
    details: Mapping[str, Any] = attrs.field(factory=dict, converter=_frozen)

    def row(self, customer: str = "", dates: Iterable[str] = ()) -> dict[str, Any]:
        """The row as JSON Lines have it; what is empty is left out.

        Args:
            customer: whom it is about.
            dates: the signals whose values are dates.

        Example:
            >>> Report(0, event="saved").row("Acme")
            {'customer': 'Acme', 'at': '1970-01-01', 'event': 'saved'}
        """
        said = {
            "customer": customer,
            "part": self.part,
            "instance": self.instance,
            "at": show_instant(self.at),
            "event": self.event,
            "details": dict(self.details),
        }
        row: dict[str, Any] = {key: value for key, value in said.items() if value}
        dated = frozenset(dates)
        for name, value in self.values.items():
            row[name] = show_instant(int(value)) if name in dated and value is not None and not isinstance(value, str) else value
        return row


@attrs.frozen
class Evidence:
    """A customer who shows what was found.

    Attributes:
        customer: what is known about them, as (label, value) in the business's words; ``unknown`` where nothing is.
        shows: what happens to them, as a sentence without its full stop.
        log: what has to be reported to see it happen; empty where nothing need happen.
        dates: the signals in the log whose values are dates.
        replayed: whether the compiled engine was asked and said the same.

    Example:
        >>> Evidence((("health", "80"),), "they go to Success").words()
        'health 80: they go to Success'
    """

    customer: tuple[tuple[str, str], ...]
    shows: str
    log: tuple[Report, ...] = ()
    dates: tuple[str, ...] = ()
    replayed: bool = False

    def words(self) -> str:
        """One line for people.

        Example:
            >>> Evidence((), "they stay").words()
            'they stay'
        """
        known = ", ".join(f"{label} {value}" for label, value in self.customer)
        return f"{known}: {self.shows}" if known else self.shows

    def rows(self, customer: str = "Somebody") -> list[dict[str, Any]]:
        """The log as rows of a JSON Lines file that ``clmstate walk`` plays.

        Example:
            >>> Evidence((), "they stay", (Report(0),)).rows()
            [{'customer': 'Somebody', 'at': '1970-01-01'}]
        """
        return [report.row(customer, self.dates) for report in self.log]


@attrs.frozen
class Finding:
    """Something to know about a model before anyone runs it.

    Attributes:
        code: one of :data:`KINDS`.
        severity: "error": it cannot be meant so; "warning": look at it; "info": good to know.
        lifecycle: the lifecycle or composition.
        place: where, such as ``Contract.adopt``.
        about: names of the elements concerned (transitions, phases by path, signals), the one to change first.
        message: what is the matter, as a sentence without its full stop.
        remedy: what to do about it, as a sentence without its full stop.
        evidence: customers who show it, the plainest first.
        beneath: the key of the finding of which this is a consequence; "" for a root.
        limit: what was left out of account or could not be decided, if anything; as a sentence without its full stop.
        accepted: the reason for which the model accepts it; "" if it does not.

    Example:
        >>> print(finding("CLM510", "Deal", "win", ("win",), "no customer can ever take it", "ask for less"))
        CLM510 Deal.win: no customer can ever take it. Ask for less.
    """

    code: str
    severity: Severity
    lifecycle: str
    place: str
    about: tuple[str, ...]
    message: str
    remedy: str
    evidence: tuple[Evidence, ...] = ()
    beneath: str = ""
    limit: str = ""
    accepted: str = ""

    @property
    def key(self) -> str:
        """What tells it from other findings of a model, and stays while the wording changes.

        Example:
            >>> finding("CLM510", "Deal", "win", ("win",), "it is dead", "ask for less").key
            'CLM510 Deal.win'
        """
        return f"{self.code} {self.place}"

    def __str__(self) -> str:
        remedy = self.remedy[:1].upper() + self.remedy[1:]
        return f"{self.code} {self.place}: {self.message}. {remedy}{'' if remedy.endswith(('?', '.')) else '.'}"


@attrs.frozen
class Kind:
    """A kind of finding.

    Attributes:
        code: ``CLM5`` and two digits; it stays.
        severity: how much it matters.
        title: a few words.
        explanation: what it means, why it matters, and what to do, for ``clmstate check --explain``.

    Example:
        >>> KINDS["CLM510"].title
        'dead rule'
    """

    code: str
    severity: Severity
    title: str
    explanation: str


def finding(
    code: str,
    lifecycle: str,
    element: str,
    about: tuple[str, ...],
    message: str,
    remedy: str,
    *,
    evidence: tuple[Evidence, ...] = (),
    beneath: str = "",
    limit: str = "",
) -> Finding:
    """A finding of a listed kind, with the kind's severity.

    Args:
        code: one of :data:`KINDS`.
        lifecycle: the name of the lifecycle or composition.
        element: the element in it; "" if it is about the whole.
        about, message, remedy, evidence, beneath, limit: as in :class:`Finding`.

    Raises:
        KeyError: the code is not listed.

    Example:
        >>> finding("CLM510", "Deal", "win", ("win",), "it is dead", "ask for less").severity
        'error'
    """
    place = f"{lifecycle}.{element}" if element else lifecycle
    return Finding(code, KINDS[code].severity, lifecycle, place, about, message, remedy, evidence, beneath, limit)


def sorted_findings(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Errors first, then warnings, then infos; otherwise as they were found.

    Example:
        >>> both = (finding(code, "Deal", "win", (), "", "") for code in ("CLM530", "CLM510"))
        >>> [one.code for one in sorted_findings(both)]
        ['CLM510', 'CLM530']
    """
    return tuple(sorted(findings, key=lambda one: _ORDER[one.severity]))


_LISTED: Final = (
    # ---- structure
    Kind("CLM501", "error", "unreachable phase", "No customer ever gets into this phase."),
    Kind("CLM502", "error", "no way out", "Customers who get into this phase stay in it for ever, though it is not final."),
    Kind("CLM503", "warning", "trap", "Several phases between which customers move and which they never leave."),
    Kind("CLM504", "warning", "no good outcome", "From this phase no phase of good standing can be reached any more."),
    Kind(
        "CLM505", "warning", "left by the calendar", "Customers leave this phase because time has passed, and for no other reason."
    ),
    # ---- rules
    Kind("CLM510", "error", "dead rule", "No customer can make this condition true."),
    Kind("CLM511", "error", "always true", "The condition is true for every customer, even when nothing is known about them."),
    Kind("CLM512", "warning", "true as soon as known", "The condition is true whatever the values are, as soon as they are known."),
    Kind("CLM513", "warning", "makes no difference", "A part of the condition changes nothing: it can be left out."),
    Kind("CLM514", "error", "shadowed rule", "Whenever this rule could be taken, an earlier one is taken instead."),
    Kind(
        "CLM515",
        "warning",
        "order decides",
        "Two rules can be true at once, and the order of writing decides where customers end up.",
    ),
    Kind("CLM516", "warning", "gap", "A phase that is declared complete has customers whom no rule moves."),
    Kind("CLM517", "info", "hairline gap", "A gap that lies between two steps of a signal."),
    Kind(
        "CLM518",
        "warning",
        "to and fro",
        "One step of a signal moves a customer to another phase, and one step back moves them back.",
    ),
    Kind("CLM519", "error", "never settles", "There is a customer whom the rules move in a circle within one observation."),
    Kind("CLM520", "error", "sign too late", "A risk's warning sign cannot be seen before the customer is gone."),
    Kind("CLM521", "warning", "undecided", "A question about the model could not be answered in the time given."),
    Kind("CLM522", "warning", "accepted in vain", "The model accepts a finding that is not there."),
    # ---- remarks about rules
    Kind(
        "CLM530",
        "info",
        "waits for a no",
        "The rule waits until somebody reports a no; while nothing is reported, nothing happens.",
    ),
    Kind("CLM531", "info", "already ensured", "Earlier rules already ensure a part of the condition."),
    Kind("CLM532", "info", "nobody leaves unseen", "Nobody leaves this phase by a rule while this signal is missing."),
    Kind("CLM533", "info", "band", "How far a signal must move before a customer who has moved moves back."),
    # ---- upkeep
    Kind("CLM540", "info", "no goal", "A phase does not say what it is for, from the customer's side."),
    Kind("CLM541", "info", "no owner", "Nobody owns this phase."),
    Kind("CLM542", "info", "touchpoint without why", "A touchpoint does not say why it is worth the customer's time."),
    Kind("CLM543", "info", "unanswered questions", "Customers ask something in this phase, and nobody is due to talk to them."),
    # ---- compositions and promises
    Kind("CLM580", "error", "broken promise", "There is a customer for whom a promise does not hold."),
    Kind("CLM581", "warning", "promise undecided", "Whether a promise holds could not be decided."),
    Kind("CLM582", "warning", "not the only one", "Equal parts that should exclude each other can move in the same round."),
)

KINDS: Final[Mapping[str, Kind]] = MappingProxyType({kind.code: kind for kind in _LISTED})
"""Every kind of finding by code."""
