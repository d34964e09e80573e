"""The journey that a set of rules tells: what each rule does to a customer, how far along each phase stands, which lines are worth drawing.

A model is not told any of this. *Along* is the order in which it lists its phases, starting with the initial one. From there:

- at risk: to a phase whose standing is at risk or lost; recovery: out of such a phase;
- forward: to a phase further along; branch: one of several such ways on;
- relapse: back along the way; next cycle: back to a phase in good standing, or from the end of the run unless that was in good standing;
- stay: the customer does not move.

A rule that does different things from different phases (back from one, out of trouble from another) is drawn once for each thing; only a group,
and what comes from anywhere, keeps one line.

A line is drawn where it need not pass another phase. A rule from further away says so in words ("also from Adoption"), and a rule from
three or more phases that is not a step of the way gets a stub, as a rule from anywhere does.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

import attrs

from clmstate.drawing.scene import CLAUSE_ROLES, KINDS, STANDINGS, Card, Clause, Frame, Kind, Legend, Link, Mark, Pill, Scene

__all__ = ["LOST", "TROUBLED", "Rule", "kind_of", "kinds_from", "one_kind_each", "tell"]

TROUBLED = 10
LOST = 20


@attrs.frozen
class Rule:
    """A transition as the story needs it.

    Attributes:
        id: unique among cards, frames and rules.
        sources: ids of all cards that it leaves.
        target: id of the card that it reaches; None when the customer stays.
        tail: id of a card or frame that stands for all sources, when there is one.
        head: id of the frame that it was written to, when it was a group.
        clauses: what it says.
        name: its name in the model.
        anywhere: written as coming from anywhere.
        kind: what the model says that it is; None to derive it.
        resumes: ids of the cards that it may reach, when it leads back to where the customer last was in a group.
    """

    id: str
    sources: tuple[str, ...]
    target: str | None
    clauses: tuple[Clause, ...] = ()
    name: str = ""
    tail: str | None = None
    head: str | None = None
    anywhere: bool = False
    kind: Kind | None = None
    resumes: tuple[str, ...] = ()
    apart: str = ""
    """Rules share a pill only if this is the same: what a comparison says of them."""


def kind_of(rule: Rule, cards: Iterable[Card], rules: Iterable[Rule] = ()) -> Kind:
    """What a rule does to a customer.

    Args:
        rule: the rule.
        cards: all phases, in the order along the journey.
        rules: all rules; they show which ways on there are.

    Example:
        >>> cards = [Card("trial", "Trial"), Card("paying", "Paying"), Card("gone", "Gone", standing="lost")]
        >>> kind_of(Rule("buy", ("trial",), "paying"), cards), kind_of(Rule("leave", ("paying",), "gone"), cards)
        ('forward', 'at_risk')
        >>> kind_of(Rule("renew", ("paying",), "trial"), cards)
        'next_cycle'
        >>> cards[1] = Card("paying", "Paying", standing="good")
        >>> kind_of(Rule("slip", ("paying",), "trial"), cards)
        'relapse'
    """
    return _Along(cards, rules).kind(rule)


def kinds_from(cards: Iterable[Card], rules: Iterable[Rule]) -> dict[tuple[str, str], Kind]:
    """What each rule does to a customer of each phase that it leaves, by the rule's name and the phase.

    One rule may do several things: what is a relapse from one phase is a recovery from another, and both are in a group that it leaves.

    Args:
        cards: all phases, in the order along the journey.
        rules: all rules.

    Example:
        >>> cards = [Card("trial", "Trial"), Card("paying", "Paying", standing="good"), Card("tense", "Tense", standing="at_risk")]
        >>> kinds_from(cards, [Rule("again", ("paying", "tense"), "trial", name="again")])
        {('again', 'paying'): 'relapse', ('again', 'tense'): 'recovery'}
    """
    every = list(rules)
    along = _Along(_listed(cards), every)
    return {(rule.name, source): kind for rule in every for source, kind in along.kinds(rule).items()}


def one_kind_each(cards: Iterable[Card], rules: Iterable[Rule]) -> list[Rule]:
    """The rules, those apart that do different things from different phases, so that a line means one thing; a group's line is one.

    Example:
        >>> cards = [Card("trial", "Trial"), Card("paying", "Paying", standing="good"), Card("tense", "Tense", standing="at_risk")]
        >>> [rule.id for rule in one_kind_each(cards, [Rule("again", ("paying", "tense"), "trial")])]
        ['again', 'again from tense']
    """
    every = list(rules)
    along = _Along(_listed(cards), every)
    return [part for rule in every for part in _apart(rule, along)]


def _listed(cards: Iterable[Card]) -> list[Card]:
    """Along the journey: as listed, but where it starts is first."""
    return sorted(cards, key=lambda card: not card.initial)


def _apart(rule: Rule, along: _Along) -> Iterator[Rule]:
    if rule.tail is not None or rule.anywhere:
        yield rule
        return
    sources: dict[Kind, list[str]] = {}
    for source, kind in along.kinds(rule).items():
        sources.setdefault(kind, []).append(source)
    first, *others = sources.values() or [list(rule.sources)]
    yield attrs.evolve(rule, sources=tuple(first))
    yield from (attrs.evolve(rule, id=f"{rule.id} from {some[0]}", sources=tuple(some)) for some in others)


class _Along:
    """How phases lie along the journey."""

    def __init__(self, cards: Iterable[Card], rules: Iterable[Rule]) -> None:
        self.cards = {card.id: card for card in cards}
        self.place = {name: index for index, name in enumerate(self.cards)}
        self.ways_on: dict[str, set[str]] = {name: set() for name in self.cards}
        for rule in rules:
            for source in rule.sources:
                if rule.target is not None and not rule.anywhere and self.is_way_on(source, rule.target) and rule.kind != "relapse":
                    self.ways_on[source].add(rule.target)

    def troubled(self, name: str) -> bool:
        return self.cards[name].standing in ("at_risk", "lost")

    def is_way_on(self, source: str, target: str) -> bool:
        return self.place[target] > self.place[source] and not self.troubled(source) and not self.troubled(target)

    def kinds(self, rule: Rule) -> dict[str, Kind]:
        """What a rule does to a customer of each phase that it leaves; one of several ways on from some is one from all."""
        whole = self.kind(rule)
        found = {source: self.kind(attrs.evolve(rule, sources=(source,))) for source in rule.sources}
        return {source: whole if {kind, whole} == {"forward", "branch"} else kind for source, kind in found.items()}

    def kind(self, rule: Rule) -> Kind:
        if rule.kind is not None:
            return rule.kind
        if rule.target is None:
            return "stay"
        if self.troubled(rule.target):
            return "at_risk"
        if rule.sources and all(self.troubled(source) for source in rule.sources):
            return "recovery"
        sources = [source for source in rule.sources if not self.troubled(source)] or list(rule.sources)
        ahead = [source for source in sources if self.place[source] < self.place[rule.target]]
        if ahead or not sources:
            return "branch" if any(len(self.ways_on[source]) > 1 for source in ahead) else "forward"
        if self.cards[rule.target].standing == "good":
            return "next_cycle"
        from_good = any(self.cards[source].standing == "good" for source in sources)
        from_the_end = all(not self.ways_on[source] for source in sources)
        return "next_cycle" if from_the_end and not from_good else "relapse"


def tell(
    title: str, subtitle: str, cards: Iterable[Card], rules: Iterable[Rule], frames: Iterable[Frame], teams: tuple[str, ...]
) -> Scene:
    """The scene of a journey.

    Args:
        title: of the picture.
        subtitle: below it.
        cards: all phases, in the order along the journey; their step and track are found here.
        rules: all rules.
        frames: the groups.
        teams: owners' names, in the order of the cards' team numbers.

    Example:
        >>> cards = [Card("trial", "Trial", initial=True), Card("paying", "Paying"), Card("gone", "Gone", standing="lost", final=True)]
        >>> rules = [Rule("buy", ("trial",), "paying"), Rule("leave", ("trial", "paying"), "gone", anywhere=True)]
        >>> [(card.title, card.step, card.track) for card in tell("Trial", "", cards, rules, (), ()).cards]
        [('Trial', 0, 0), ('Paying', 1, 0), ('Gone', 1, 10)]
    """
    listed, grouped = _listed(cards), tuple(frames)
    every = one_kind_each(listed, rules)
    along = _Along(listed, every)
    kinds = {rule.id: along.kind(rule) for rule in every}
    placed = _on_tracks(listed, _steps(listed, every, kinds, along, grouped), every, kinds)
    by_id = {card.id: card for card in placed}
    pills, links = _shared((rule.apart, *_drawn(rule, kinds[rule.id], by_id, grouped)) for rule in every)
    marks = tuple(Mark(f"start of {card.id}", "start", card.id) for card in placed if card.initial)
    return Scene(title, subtitle, placed, tuple(pills), grouped, tuple(links), marks, _legend(placed, pills, teams))


def _steps(
    cards: list[Card], rules: list[Rule], kinds: Mapping[str, Kind], along: _Along, frames: tuple[Frame, ...]
) -> dict[str, int]:
    """The column of each phase: the longest way that leads forward to it; trouble stands where its way out leads."""
    group = {name: frame.id for frame in frames for name in frame.members}
    steps: dict[str, int] = {}
    for card in cards:
        arriving = [0]
        for rule in rules:
            if rule.target != card.id or rule.anywhere:
                continue
            after: list[int] = []
            for source in rule.sources:
                if source in steps:
                    together = group.get(source, source) == group.get(card.id) and along.troubled(source) != along.troubled(card.id)
                    after.append(steps[source] + (0 if together or kinds[rule.id] == "recovery" else 1))
            if after:
                arriving.append(min(after) if _from_many(rule, kinds[rule.id]) else max(after))
        steps[card.id] = max(arriving)
    furthest = max(steps.values(), default=0)
    reached = {rule.target for rule in rules if not _from_many(rule, kinds[rule.id])}
    for card in cards:
        if card.standing == "lost" and card.id not in reached:
            steps[card.id] = max(furthest, 1 if len(cards) > 1 else 0)
    return steps


def _on_tracks(cards: list[Card], steps: Mapping[str, int], rules: list[Rule], kinds: Mapping[str, Kind]) -> tuple[Card, ...]:
    """Rows: in each column the phase with the longest way ahead is on the main way, the others beside it, trouble below and loss lowest."""
    ahead = {card.id: 0 for card in cards}
    for card in reversed(cards):
        for rule in rules:
            if card.id in rule.sources and rule.target is not None and kinds[rule.id] in ("forward", "branch"):
                ahead[card.id] = max(ahead[card.id], ahead[rule.target] + 1)
    tracks: dict[str, int] = {}
    taken: dict[tuple[int, int], int] = {}
    at_risk = {steps[card.id] for card in cards if card.standing == "at_risk"}
    for card in sorted(cards, key=lambda card: (steps[card.id], -ahead[card.id])):
        lowest = LOST if steps[card.id] in at_risk else TROUBLED
        base = {"at_risk": TROUBLED, "lost": lowest}.get(card.standing or "", 0)
        count = taken.get((steps[card.id], base), 0)
        taken[steps[card.id], base] = count + 1
        tracks[card.id] = base + count
    return tuple(attrs.evolve(card, step=steps[card.id], track=tracks[card.id]) for card in cards)


def _from_many(rule: Rule, kind: Kind) -> bool:
    """Whether lines from everywhere that a rule comes from would say less than a stub and words."""
    return rule.anywhere or (len(rule.sources) > 2 and rule.tail is None and kind not in ("forward", "branch"))


def _drawn(rule: Rule, kind: Kind, cards: Mapping[str, Card], frames: tuple[Frame, ...]) -> tuple[Pill, list[Link]]:
    """A rule's pill with the lines that are worth drawing; the other sources are named in the pill."""
    head = rule.head or rule.target
    into = [] if head is None else [Link(rule.id, head, kind)]
    if _from_many(rule, kind):
        said = "from anywhere" if rule.anywhere else f"from {_named(rule.sources, cards, frames, 'or')}"
        return Pill(rule.id, kind, (*rule.clauses, Clause("source", said)), rule.name, stub=True, sources=rule.sources), into
    tails = [rule.tail] if rule.tail is not None else list(rule.sources)
    if rule.target is not None and rule.tail is None:
        step = cards[rule.target].step
        nearest = min(abs(cards[name].step - step) for name in tails)
        tails = [name for name in tails if abs(cards[name].step - step) <= max(1, nearest)][:2]
    unsaid = [] if rule.tail is not None else [name for name in rule.sources if name not in tails]
    more = (Clause("source", f"also from {_named(unsaid, cards, frames, 'and')}"),) if unsaid else ()
    pill = Pill(rule.id, kind, (*rule.clauses, *more), rule.name, sources=rule.sources)
    return pill, [*(Link(tail, rule.id, kind) for tail in tails), *into]


def _shared(drawn: Iterable[tuple[str, Pill, list[Link]]]) -> tuple[list[Pill], list[Link]]:
    """Rules that do the same between the same phases in one pill: a tower of pills would only repeat their lines."""
    pills: dict[tuple[object, ...], Pill] = {}
    links: list[Link] = []
    for apart, pill, lines in drawn:
        said = tuple(attrs.evolve(clause, rule=pill.name) for clause in pill.clauses)
        ends = tuple((link.tail == pill.id, link.tail if link.head == pill.id else link.head) for link in lines)
        key = (apart, pill.kind, ends, said[-1].text if pill.stub else None)
        if key not in pills:
            pills[key] = attrs.evolve(pill, clauses=said)
            links += lines
            continue
        first = pills[key]
        earlier = first.clauses[:-1] if pill.stub else first.clauses  # a stub says once where it comes from
        sources = tuple(dict.fromkeys((*first.sources, *pill.sources)))
        pills[key] = attrs.evolve(first, clauses=(*earlier, *said), rules=(*first.rules, pill.name), sources=sources)
    return list(pills.values()), links


def _named(names: Iterable[str], cards: Mapping[str, Card], frames: tuple[Frame, ...], last: str) -> str:
    """Phases by title; a whole group by its own."""
    left = list(names)
    titles: list[str] = []
    for frame in frames:
        if len(frame.members) > 1 and set(frame.members) <= set(left):
            titles.append(frame.title)
            left = [name for name in left if name not in frame.members]
    titles = [*(cards[name].title for name in left), *titles]
    return titles[0] if len(titles) == 1 else f"{', '.join(titles[:-1])} {last} {titles[-1]}"


def _legend(cards: Iterable[Card], pills: Iterable[Pill], teams: tuple[str, ...]) -> Legend:
    every = list(pills)
    kinds = {pill.kind for pill in every}
    roles = {clause.role for pill in every for clause in pill.clauses}
    standings = {card.standing for card in cards}
    return Legend(
        teams,
        tuple(kind for kind in KINDS if kind in kinds),
        tuple(standing for standing in STANDINGS if standing in standings),
        tuple(role for role in CLAUSE_ROLES if role in roles),
    )
