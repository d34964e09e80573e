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
    Kind(
        "CLM501",
        "error",
        "unreachable phase",
        "Nothing leads into the phase, or only rules that nobody can take, or only phases that nobody reaches. Customers "
        "can be there only if somebody places them by hand. Where a dead or shadowed rule is the reason, this is said "
        "beneath that rule.",
    ),
    Kind(
        "CLM502",
        "error",
        "no way out",
        "A phase that is not final and has no way out keeps its customers for ever: nobody will notice that they are "
        "stuck. If it is the end, say final=True.",
    ),
    Kind(
        "CLM503",
        "warning",
        "trap",
        "Customers move between several phases and never leave them, while others end elsewhere. Where everybody ends up "
        "in the same phases, that is where the lifecycle lives, and no trap.",
    ),
    Kind(
        "CLM504",
        "warning",
        "no good outcome",
        "From here on no phase of standing good can be reached, and the phase does not say that the customer is lost. "
        "Either there is a way back that nobody has written down, or the standing is not honest.",
    ),
    Kind(
        "CLM505",
        "warning",
        "left by the calendar",
        "Customers leave the phase because time has passed, and for no other reason: 'month four, so you are in "
        "Adoption'. Their own pace is not seen.",
    ),
    # ---- rules
    Kind(
        "CLM510",
        "error",
        "dead rule",
        "No customer can make the condition true: its parts contradict each other, or the bounds of a signal. The parts "
        "that clash are named. The same is said of milestones, success gaps and touchpoints.",
    ),
    Kind(
        "CLM511",
        "error",
        "always true",
        "The condition is true for everybody, even if nothing is known: whoever gets into the phase leaves it at once.",
    ),
    Kind(
        "CLM512",
        "warning",
        "true as soon as known",
        "The condition, or a part of it, is true whatever the value is, as soon as there is one. If that is meant, "
        "~x.is_missing() says so.",
    ),
    Kind(
        "CLM513",
        "warning",
        "makes no difference",
        "Without this part the condition holds for the same customers. Readers will think that it says something. "
        "Conditions that have a name in the class are looked at once, not in every rule that uses them.",
    ),
    Kind(
        "CLM514",
        "error",
        "shadowed rule",
        "Somebody could take the rule, but whenever that is so, another one is asked first and is true too. The smallest "
        "set of rules that always wins is named. A rule that is shadowed in some of its phases only is a general rule "
        "with special cases, and fine.",
    ),
    Kind(
        "CLM515",
        "warning",
        "order decides",
        "Two rules without an event can be true at once, neither is a special case of the other, and the customer comes "
        "to rest in different phases depending on which is written first. after= says that the order is meant. Shown is a "
        "customer, played in both orders.",
    ),
    Kind(
        "CLM516",
        "warning",
        "gap",
        "The phase says complete=True: its rules are meant to move everybody. Somebody falls between them. Those "
        "customers are shown as ranges, five at most; signals that do not matter are left out.",
    ),
    Kind(
        "CLM517",
        "info",
        "hairline gap",
        "A gap that lies between two steps of a signal: whole scores leave nobody out, 69.5 does.",
    ),
    Kind(
        "CLM518",
        "warning",
        "to and fro",
        "One step of one signal is enough to move a customer there and back, again and again, and every move opens plays. "
        "Two limits with a band between them, or some days of patience, calm it. All other signals stay as they are, and "
        "no clock has run.",
    ),
    Kind(
        "CLM519",
        "error",
        "never settles",
        "There is a customer whom the rules move in a circle within one observation. The engine refuses such an "
        "observation; the circle and the customer are shown.",
    ),
    Kind(
        "CLM520",
        "error",
        "sign too late",
        "A risk's warning sign is read on the settled picture. If a rule moves everybody who shows it into a phase that "
        "the risk no longer watches, or the sign contradicts itself, nobody ever sees it.",
    ),
    Kind(
        "CLM521",
        "warning",
        "undecided",
        "The solver was given a certain effort for each question, and one took more. What was not looked at is not said "
        "to be right. (The example is undecided if hardly any effort is allowed.)",
    ),
    Kind(
        "CLM522",
        "warning",
        "accepted in vain",
        "accepts names a finding that is not there, or an error, which nobody can accept. Either it was mended, or the "
        "name has changed.",
    ),
    # ---- remarks about rules
    Kind(
        "CLM530",
        "info",
        "waits for a no",
        "~x waits until somebody reports a no: while nothing is reported it is unknown, and unknown moves nobody. "
        "unless(x) counts silence too.",
    ),
    Kind(
        "CLM531",
        "info",
        "already ensured",
        "The rules that are asked before this one already see to a part of its condition. Often it reads better with it; "
        "then leave it.",
    ),
    Kind(
        "CLM532",
        "info",
        "nobody leaves unseen",
        "While this signal is missing, no rule moves anybody out of these phases; events still may.",
    ),
    Kind(
        "CLM533",
        "info",
        "band",
        "How far a signal has to move before a customer who has moved moves back; for shares that a composition feeds, "
        "also the number of users at which a single one is enough.",
    ),
    Kind(
        "CLM534",
        "info",
        "straight back",
        "An event moves a customer, and a rule of the phase that is entered moves the same customer back within the same "
        "observation: the event has opened its plays, and nothing else has changed.",
    ),
    # ---- upkeep
    Kind(
        "CLM540",
        "info",
        "no goal",
        "The phase does not say what it is for from the customer's side, while others do.",
    ),
    Kind(
        "CLM541",
        "info",
        "no owner",
        "Nobody owns the phase, while others have an owner.",
    ),
    Kind(
        "CLM542",
        "info",
        "touchpoint without why",
        "A touchpoint that does not say why it is worth the customer's time is kept by habit.",
    ),
    Kind(
        "CLM543",
        "info",
        "unanswered questions",
        "Customers ask something in this phase, and neither a touchpoint nor a play is planned in which anybody would answer.",
    ),
    # ---- compositions and promises
    Kind(
        "CLM580",
        "error",
        "broken promise",
        "There is a customer for whom a promise does not hold.",
    ),
    Kind(
        "CLM581",
        "warning",
        "promise undecided",
        "Whether a promise holds could not be decided.",
    ),
    Kind(
        "CLM582",
        "warning",
        "not the only one",
        "Equal parts that should exclude each other can move in the same round.",
    ),
)

KINDS: Final[Mapping[str, Kind]] = MappingProxyType({kind.code: kind for kind in _LISTED})
"""Every kind of finding by code."""
