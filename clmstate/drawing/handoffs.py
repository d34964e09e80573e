"""Who owns the customer, and where they are handed over: teams as lanes, phases in columns, hand-offs with their numbers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import count

import attrs

from clmstate.drawing.journeys import Level, elements, journey_scene
from clmstate.drawing.picture import Drawing
from clmstate.drawing.scene import Clause, Kind, Lane, Legend, Link, Mark, Pill, Scene
from clmstate.drawing.story import Rule, one_kind_each
from clmstate.drawing.theme import ThemeName
from clmstate.lifecycle import Lifecycle, LifecycleDefinition, definition_of

__all__ = ["lanes", "lanes_scene", "letters", "said_by"]

NOBODY = "Nobody"


def lanes(lifecycle: type[Lifecycle] | LifecycleDefinition, *, level: Level = "stage", theme: ThemeName = "light") -> Drawing:
    """Draws the owning teams as lanes; a number on a line is a hand-off, explained below.

    Args:
        lifecycle: a lifecycle class or its definition.
        level: ``stage`` draws what happens inside a team as lines without words; ``full`` gives each a letter, explained below.
        theme: ``light`` or ``dark``.

    Example:
        >>> from clmstate import Lifecycle, Phase, Signal
        >>> class Deal(Lifecycle):
        ...     signed = Signal.flag("contract signed")
        ...     open = Phase("Open", initial=True, owner="Sales")
        ...     live = Phase("Live", owner="Support")
        ...     win = open.to(live, when=signed)
        >>> drawing = lanes(Deal)
        >>> [lane.title for lane in drawing.scene.lanes], drawing.scene.legend.steps
        (['Sales', 'Support'], (('1  Sales → Support', 'contract signed'),))
    """
    return Drawing(lanes_scene(definition_of(lifecycle), level=level), theme)


def lanes_scene(definition: LifecycleDefinition, *, level: Level = "stage") -> Scene:
    """What the lanes of a lifecycle say, as data.

    Example:
        >>> from clmstate import Lifecycle, Phase
        >>> class Deal(Lifecycle):
        ...     open = Phase("Open", initial=True)
        >>> [lane.title for lane in lanes_scene(Deal.definition).lanes]
        ['Nobody']
    """
    told = journey_scene(definition)
    teams = told.legend.teams
    titles = {card.id: card.title for card in told.cards}
    for frame in told.frames:
        titles |= {name: f"{frame.title} · {titles[name]}" for name in frame.members}
    cards = tuple(attrs.evolve(card, title=titles[card.id], subtitle="", notes=(), detail="") for card in told.cards)
    owners = {card.id: card.subtitle if card.subtitle in teams else NOBODY for card in told.cards}
    by_team = {name: tuple(path for path, owner in owners.items() if owner == name) for name in (*teams, NOBODY)}
    bands = tuple(
        Lane(f"lane {name}", name, members, team=teams.index(name) if name in teams else None)
        for name, members in by_team.items()
        if members
    )
    book = _Book(owners, titles, level)
    found = elements(definition, teams)
    for kind, stub, rules in _alike(one_kind_each(found.cards, found.rules), told):
        book.enter(kind, rules, stub=stub)
    kinds = tuple(kind for kind in told.legend.kinds if kind in {pill.kind for pill in book.pills.values()})
    legend = Legend(kinds=kinds, standings=told.legend.standings, steps=(*book.handed, *book.within))
    marks = tuple(Mark(f"start of {card.id}", "start", card.id) for card in cards if card.initial)
    title = f"{definition.title}: who owns the customer, and where we hand over"
    pills = tuple(book.pills.values())
    return Scene(title, _subtitle(book), cards, pills, (), tuple(book.links), marks, legend, bands, "lanes")


def _subtitle(book: _Book) -> str:
    inside = any(not pill.number for pill in book.pills.values())
    said = ["Lanes are teams."]
    if book.handed:
        said.append("A number is a hand-off: that rule changes who owns the customer.")
    else:
        said.append("Nobody hands the customer over: no rule changes who owns them.")
    if book.within:
        said.append("What has a letter stays in the team.")
    elif inside and book.handed:
        said.append("Other lines stay in the team.")
    return " ".join(said)


def _alike(rules: Iterable[Rule], told: Scene) -> Iterator[tuple[Kind, bool, list[Rule]]]:
    """Rules that move a customer, those together that do the same between the same phases; with their kind, and whether a stub says where from."""
    pills = {(name, source): pill for pill in told.pills for name in pill.rules for source in pill.sources}
    found: dict[object, tuple[Kind, bool, list[Rule]]] = {}
    for rule in rules:
        if rule.target is not None and any(source != rule.target for source in rule.sources):
            pill = pills[rule.name, rule.sources[0]]
            stub = pill.stub and rule.tail is None
            key = pill.kind, stub, rule.anywhere, rule.sources, rule.target, rule.resumes
            found.setdefault(key, (pill.kind, stub, []))[2].append(rule)
    yield from found.values()


def letters() -> Iterator[str]:
    """Names for lines that stay in a team.

    Example:
        >>> some = letters()
        >>> next(some), next(some)
        ('a', 'b')
    """
    return (chr(ord("a") + index % 26) * (1 + index // 26) for index in count())


@attrs.define
class _Book:
    """Lines between cards; those that change the owner have a number, and the list below says what it stands for."""

    owners: Mapping[str, str]
    titles: Mapping[str, str]
    level: Level
    pills: dict[object, Pill] = attrs.Factory(dict)
    links: list[Link] = attrs.Factory(list)
    handed: list[tuple[str, str]] = attrs.Factory(list)
    within: list[tuple[str, str]] = attrs.Factory(list)
    letters: Iterator[str] = attrs.Factory(letters)

    def enter(self, kind: Kind, rules: list[Rule], *, stub: bool) -> None:
        """Rules that do the same: one line from each phase that they leave, or one that says in words where from."""
        target = rules[0].target
        assert target is not None
        owner = self.owners[target]
        sources = [name for name in rules[0].sources if name != target]
        others = [name for name in sources if self.owners[name] != owner]
        if stub:
            number = self.number(others, sources, rules, owner, letter=True, stub=True)
            self.stub(kind, rules, target, number)
            return
        for team in dict.fromkeys(self.owners[name] for name in others):
            some = [name for name in others if self.owners[name] == team]
            self.draw(kind, rules, some, target, self.number(some, some, rules, owner))
        own = [name for name in sources if self.owners[name] == owner]
        if own:
            self.draw(kind, rules, own, target, self.number([], own, rules, owner, letter=self.level == "full"))

    def number(
        self, others: list[str], sources: list[str], rules: list[Rule], owner: str, *, letter: bool = False, stub: bool = False
    ) -> str:
        """The next number for what others hand over, the next letter for what stays in a team, and what is said about it."""
        if not others and not letter:
            return ""
        target = rules[0].target
        assert target is not None
        said = _words(rules)
        if stub:
            come = "Anywhere" if rules[0].anywhere else _or([self.titles[name] for name in sources])
            said = f"{come} → {self.titles[target]}: {said}"
        if not others:
            name = next(self.letters)
            self.within.append((f"{name}  Within {owner}", said))
            return name
        number = str(len(self.handed) + 1)
        takers = _or(list(dict.fromkeys(self.owners[name] for name in rules[0].resumes or (target,))))
        self.handed.append((f"{number}  {self.teams(others, owner)} → {takers}", said))
        return number

    def teams(self, names: list[str], owner: str) -> str:
        """Who hands over."""
        found = list(dict.fromkeys(self.owners[name] for name in names))
        every = {team for team in self.owners.values() if team not in (owner, NOBODY)}
        return "Any team" if len(found) > 2 and every <= set(found) else _or(found)

    def stub(self, kind: Kind, rules: list[Rule], target: str, number: str) -> None:
        """A line that begins with its number."""
        source = Clause(
            "source", "from anywhere" if rules[0].anywhere else f"from {_or([self.titles[n] for n in rules[0].sources])}"
        )
        self.pills[rules[0].id] = _pill(rules[0].id, kind, rules, number, (source,), stub=True)
        self.links.append(Link(rules[0].id, target, kind))

    def draw(self, kind: Kind, rules: list[Rule], tails: list[str], head: str, number: str) -> None:
        """A line from each of some phases; those between the same two that nobody explains are one."""
        for tail in tails:
            key = (kind, tail, head) if not number else (number, tail)
            if key in self.pills:
                first = self.pills[key]
                clauses = tuple(clause for rule in rules for clause in said_by(rule))
                names = (*first.rules, *(rule.name for rule in rules))
                self.pills[key] = attrs.evolve(first, clauses=(*first.clauses, *clauses), rules=names)
                continue
            pill = _pill(f"{rules[0].id} {tail}", kind, rules, number)
            self.pills[key] = pill
            self.links += [Link(tail, pill.id, kind), Link(pill.id, head, kind)]


def _pill(name: str, kind: Kind, rules: list[Rule], number: str, more: tuple[Clause, ...] = (), *, stub: bool = False) -> Pill:
    clauses = tuple(clause for rule in rules for clause in said_by(rule))
    names = tuple(rule.name for rule in rules)
    return Pill(name, kind, (*clauses, *more), names[0], stub=stub, rules=names, number=number)


def said_by(rule: Rule) -> Iterator[Clause]:
    """When a rule moves a customer.

    Example:
        >>> [clause.text for clause in said_by(Rule("r", (), None, (Clause("event", "renewed"), Clause("play", "Call"))))]
        ['renewed']
    """
    return (attrs.evolve(clause, rule=rule.name) for clause in rule.clauses if clause.role in ("event", "condition"))


def _words(rules: Iterable[Rule]) -> str:
    """When any of some rules moves a customer, in one line."""
    return ", or ".join(
        ", ".join((*(clause.text for clause in said_by(rule)), *(["to where it was left"] if rule.resumes else ())))
        for rule in rules
    )


def _or(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} or {names[-1]}"
