"""How a customer's way is told on the screen: dates at the left, moves in bold, reasons and what is missing below them."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from clmstate.cli.checklist import Outlook, outlooks, render
from clmstate.cli.screen import Screen, problem
from clmstate.cli.show import STANDINGS
from clmstate.errors import Diagnostic
from clmstate.lifecycle import Lifecycle, LifecycleDefinition, Move, Phase, Reached, Seen, Untaken
from clmstate.presenting.criteria import group_label
from clmstate.replay import Row, shape_of
from clmstate.signals import instant, show_instant

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.text import Text

__all__ = ["Teller"]

_MOST_REJECTS = 20


def read_date(thing: object, name: str) -> Any:
    """A date that somebody can name; None where there is none, also where it lies beyond the year 9999.

    Example:
        >>> read_date("no date in it", "due") is None
        True
    """
    with contextlib.suppress(OverflowError):
        return getattr(thing, name, None)
    return None


class Teller:
    """Tells about one customer of a lifecycle or of a composition.

    Example:
        >>> from clmstate import Lifecycle, Phase
        >>> class Deal(Lifecycle):
        ...     new = Phase("New", initial=True)
        >>> Teller(Screen(plain=True), Deal.definition).starts(0)
         1970-01-01  starts in New
    """

    def __init__(self, screen: Screen, model: Any) -> None:
        self.screen, self.shape = screen, shape_of(model)
        self.dated = ""
        self.width = 10  # of the dates; 16 where there are times

    # ---- the layout: a column for the date, a column for what happened

    def line(self, text: RenderableType, at_us: int | None = None, *, quiet: bool = False) -> None:
        """One entry; its date is printed where it differs from the one above."""
        from rich.padding import Padding
        from rich.table import Table
        from rich.text import Text

        date = "" if at_us is None else show_instant(at_us)[:16]  # seconds do not help people
        shown, self.dated = ("" if date == self.dated else date), date or self.dated
        grid = Table.grid(padding=(0, 2, 0, 0))
        self.width = max(self.width, len(date))
        grid.add_column(width=self.width)
        grid.add_column()
        grid.add_row(Text(shown, "dim" if quiet else "bold"), text)
        self.screen.show(Padding(grid, (0, 0, 0, 1), expand=False))

    def below(self, word: str, thing: RenderableType) -> None:
        """Something that belongs to the entry above, after a word in the margin."""
        from rich.table import Table
        from rich.text import Text

        grid = Table.grid(padding=(0, 1, 0, 0))
        grid.add_column(width=7)
        grid.add_column()
        grid.add_row(Text(word, "dim"), thing)
        self.line(grid)

    def definition(self, address: str = "") -> LifecycleDefinition:
        """The lifecycle of a part, by the address that a living customer has."""
        return self.shape.parts[self.shape.part_at(address)].definition

    def label(self, phase: Phase, address: str = "") -> Text:
        """A phase by the name that people use, in the colour of its standing."""
        from rich.text import Text

        group = group_label(self.definition(address), phase.path)
        return Text.assemble((f"{group}: " if group else "", "dim"), (phase.label, f"bold {STANDINGS[phase.standing]}".strip()))

    # ---- what is told

    def title(self, customer: str, lifecycle: str, more: str) -> None:
        """Who walks through what."""
        from rich.padding import Padding
        from rich.text import Text

        self.screen.line()
        text = Text.assemble((customer, "bold"), (f" walks through {lifecycle}", ""), ("\n" + more, "dim"))
        self.screen.show(Padding(text, (0, 0, 1, 1), expand=False))

    def starts(self, at_us: int) -> None:
        """The first instant."""
        from rich.text import Text

        if not self.shape.composed:
            definition = self.definition()
            self.line(Text.assemble(("starts in ", ""), self.label(definition.phases[definition.initial])), at_us)

    def placed(self, at_us: int, row: Row) -> None:
        """A customer, or a part, that was placed where it stands."""
        from rich.text import Text

        address = self.shape.way(row.part).address(row.instance)
        phase, since = self.definition(address).phases[row.details["phase"]], row.details.get("since")
        where = (f"{address} " if address else "", "cyan")
        self.line(Text.assemble(where, "stands in ", self.label(phase, address), f" since {since}" if since else ""), at_us)

    def observed(self, at_us: int, rows: Iterable[Row], *, quiet: bool = False) -> None:
        """What was reported."""
        from rich.text import Text

        said: dict[str, list[str]] = {}
        for row in rows:
            address = self.shape.way(row.part).address(row.instance or "all") if row.part or not self.shape.composed else ""
            said.setdefault(address, []).extend(self._said(row))
        for address, words in said.items():
            if words or len(said) == 1:
                text = Text.assemble((f"{address}  " if address else "", "cyan dim"), (", ".join(words) or "time passes", "dim"))
                self.line(text, at_us, quiet=quiet)

    def _said(self, row: Row) -> Iterator[str]:
        """What one row says, without acts by hand, which are told as moves."""
        known = [part.definition for path, part in self.shape.parts.items() if not row.part or path == row.part]
        if row.event in ("@join", "@leave"):
            yield {"@join": "joins", "@leave": "leaves"}[row.event]
        elif row.event == "@clear":
            yield from (f"{known[0].signals[name].label} forgotten" for name in row.details["signals"])
        elif row.event and not row.event.startswith("@"):
            instance = row.details.get("instance")
            yield next(d.events[row.event].label for d in known if row.event in d.events) + (f" ({instance})" if instance else "")
        for name, value in row.values.items():
            spec = self.shape.columns[name].spec
            yield f"{spec.plural if spec.kind == 'count' and spec.plural else spec.label} {spec.show(value)}"

    def move(self, move: Move) -> None:
        """One move with its reason and what it asks the team to do."""
        from rich.text import Text

        where = (f"{move.part}  " if move.part else "", "cyan")
        if move.stayed:
            text = Text.assemble(where, "stays in ", self.label(move.source, move.part), (f"  {move.name}", "dim"))
        else:
            arrow = f" {self.screen.marks.arrow} "
            ends = (self.label(move.source, move.part), arrow, self.label(move.target, move.part))
            text = Text.assemble(where, *ends, (f"  {move.name}", "dim"))
        self.line(text, move.at_us)
        if move.by == "hand":
            self.below("by hand", Text(f"{move.person}: {move.reason}"))
        else:
            self.below("because", Text(move.words))
        due = "" if move.due_since_us is None else show_instant(move.due_since_us)[:10]  # the day is enough for people
        if due and due != show_instant(move.at_us or 0)[:10]:
            self.below("due", Text(f"since {due}"))
        for play in move.plays:
            who = ", ".join(str(part) for part in (play.owner, f"within {play.due}" if play.due is not None else None) if part)
            self.below("play", Text.assemble(play.label, (f"  {who}" if who else "", "dim")))

    def untaken(self, untaken: Untaken) -> None:
        """An event that changed nothing."""
        from rich.text import Text

        self.below("no move", Text(f"{self.definition(untaken.part).events[untaken.event].label}: {untaken.why}"))

    def entry(self, entry: Reached | Seen) -> None:
        """A milestone or a touchpoint."""
        from rich.text import Text

        where = (f"{entry.part}  " if entry.part else "", "cyan")
        if isinstance(entry, Reached):
            self.below("reached", Text.assemble(where, (entry.label, "bold")))
        else:
            by = f" by {entry.person}: {entry.reason}" if entry.person else ""
            self.below(entry.outcome, Text.assemble(where, f"{entry.label}{by}"))

    def missing(self, ways: list[Outlook], address: str = "") -> None:
        """What the next phase still needs, right after a move."""
        for number, way in enumerate(ways[:2]):
            self.below("next" if number == 0 else "or", self._outlook(way, address))

    def note(self, text: str) -> None:
        """A remark."""
        from rich.text import Text

        self.line(Text(text, "italic"))

    def now_all(self, customer: Any, lives: Mapping[str, Lifecycle], as_of: int | None) -> None:
        """Where every part of a composed customer stands, and what those that are always there still need."""
        from rich.padding import Padding
        from rich.table import Table
        from rich.text import Text

        when = show_instant(as_of) if as_of is not None else "" if customer.at is None else show_instant(instant(customer.at))
        self.screen.line()
        self.screen.show(
            Padding(Text.assemble((f"{when}  " if when else "", "bold"), "where everybody stands"), (0, 1), expand=False)
        )
        grid = Table.grid(padding=(0, 2, 0, 0))
        signs = {address: "; ".join(risk.label for risk in life.warning_signs) for address, life in lives.items()}
        owners = {address: str(life.phase.owner or "") for address, life in lives.items()}
        more = [(said, style) for said, style in ((owners, "dim"), (signs, "yellow")) if any(said.values())]
        for address, life in lives.items():  # rich takes the room of an empty column from the others
            cells = [Text(address, "cyan"), self.label(life.phase, address)]
            grid.add_row(*cells, *(Text(said[address], style) for said, style in more))
        self.screen.show(Padding(grid, (0, 1), expand=False))
        for play in customer.open_plays:
            since = f"since {play.opened}  " if play.opened is not None else ""
            owner = f"  {play.play.owner}" if play.play.owner is not None else ""
            self.below("play", Text.assemble((since, "dim"), (f"{play.part}  ", "cyan"), play.play.label, (owner, "dim")))
        again = read_date(customer, "next_check")
        if again is not None:
            self.below("again", Text(f"time alone may change something on {again:%Y-%m-%d}"))
        self.screen.line()
        for address, life in lives.items():
            if self.shape.way(self.shape.part_at(address)).many == 0:
                self._ways(outlooks(life), f"What {address} still needs", f"What should not happen to {address}")
                self.screen.line()

    def _ways(self, ways: list[Outlook], needs: str, fears: str) -> None:
        """Every way out of a phase as a checklist, those that nobody hopes for under a heading of their own."""
        wanted, unwanted = [way for way in ways if way.wanted], [way for way in ways if not way.wanted]
        self._under(needs, wanted)
        if wanted and unwanted:
            self.screen.line()
        self._under(fears, unwanted)

    def _under(self, heading: str, ways: list[Outlook]) -> None:
        from rich.padding import Padding
        from rich.text import Text

        if ways:
            self.screen.show(Padding(Text(heading, "bold"), (0, 0, 0, 1), expand=False))
        for way in ways:
            said = Text.assemble((f"{self.screen.marks.arrow} ", "dim"), (way.target, "bold"), (f"  {way.name}", "dim"))
            self.screen.show(Padding(said, (0, 0, 0, 1), expand=False))
            self.screen.show(Padding(render(way, self.screen.marks), (0, 0, 0, 5), expand=False))

    def now(self, life: Lifecycle, as_of: int | None) -> None:
        """Where the customer stands, and everything that every way out still needs."""
        from rich.padding import Padding
        from rich.text import Text

        phase = life.phase
        when = show_instant(as_of) if as_of is not None else "" if life.at is None else show_instant(instant(life.at))
        head = Text.assemble((f"{when}  " if when else "", "bold"), "now in ", self.label(phase))
        if phase.owner is not None:
            head.append(f"  {phase.owner.name}", "dim")
        self.screen.line()
        self.screen.show(Padding(head, (0, 0, 0, 1), expand=False))
        for play in life.open_plays:
            who = f"  {play.play.owner}" if play.play.owner is not None else ""
            since = f"since {play.opened}  " if play.opened is not None else ""
            self.below("play", Text.assemble((since, "dim"), play.play.label, (who, "dim")))
        again = read_date(life, "next_check")
        said = [
            (
                "contact",
                [
                    t.touchpoint.label + (f", due {due}" if (due := read_date(t, "due")) is not None else "")
                    for t in life.open_touchpoints
                ],
            ),
            ("warning", [risk.label for risk in life.warning_signs]),
            ("gap", [gap.label for gap in life.open_gaps]),
            ("again", [f"time alone may change something on {again:%Y-%m-%d}"] if again is not None else []),
        ]
        for word, things in said:
            for number, thing in enumerate(things):
                self.below(word if number == 0 else "", Text(thing))
        ways = outlooks(life)
        self.screen.line()
        if not ways:
            self.screen.show(
                Padding(
                    Text("The journey ends here." if phase.final else "No rule leads on from here."), (0, 0, 1, 1), expand=False
                )
            )
            return
        self._ways(ways, "What is still missing", "What should not happen")
        self.screen.line()

    def rejected(self, diagnostics: list[Diagnostic], rows: int) -> None:
        """Rows that were not used, and why."""
        from rich.padding import Padding
        from rich.text import Text

        self.screen.show(
            Padding(Text(f"{rows} row{' was' if rows == 1 else 's were'} not used", "bold"), (0, 0, 0, 1), expand=False)
        )
        for diagnostic in diagnostics[:_MOST_REJECTS]:
            self.screen.show(Padding(problem(diagnostic, self.screen.marks), (0, 0, 0, 1), expand=False))
        if len(diagnostics) > _MOST_REJECTS:
            self.screen.show(
                Padding(
                    Text(f"and {len(diagnostics) - _MOST_REJECTS} more; --json lists them all", "dim"), (0, 0, 0, 1), expand=False
                )
            )
        self.screen.line()

    def _outlook(self, way: Outlook, address: str) -> RenderableType:
        from rich.console import Group
        from rich.text import Text

        return Group(
            Text.assemble((f"{address}  " if address else "", "cyan"), (way.target, "bold"), " needs"),
            render(way, self.screen.marks),
        )
