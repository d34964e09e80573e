"""What the team says: observations from the bottom up, each pinned to an interval of the first year.

A file of them has the columns (or keys) `team`, `interval`, `kind` and `text`; `phase` and `person` may be added. CSV is read with what
Python has, YAML if the package PyYAML is installed.
"""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final, Literal, get_args

import attrs

from clmstate.composition import CompositionDefinition
from clmstate.errors import Diagnostic, InputError, did_you_mean, not_installed
from clmstate.gaps.intervals import FIRST_YEAR, Interval, interval_named
from clmstate.gaps.parts import Part, parts_of
from clmstate.lifecycle import LifecycleDefinition, Phase
from clmstate.writing import finite

__all__ = ["Kind", "Said", "read_team_input"]

Kind = Literal["pain point", "risk", "strength"]

KINDS: Final[tuple[Kind, ...]] = get_args(Kind)
_REQUIRED: Final = ("team", "interval", "kind", "text")
_COLUMNS: Final = (*_REQUIRED, "phase", "person")


@attrs.frozen
class Said:
    """One observation of somebody in the team (or of a customer in an interview).

    Attributes:
        kind: a pain point, a risk or a strength.
        text: what was observed.
        interval: when in the first year; None if it is always so.
        team: who said it; "" if that is not to be known.
        phase: the path of the phase that it is about; "" if it is about none.
        person: the person; "" if that is not to be known.

    Example:
        >>> Said("pain point", "too many steps", None, "Support", person="Dana").anonymous
        Said(kind='pain point', text='too many steps', interval=None, team='', phase='', person='')
    """

    kind: Kind
    text: str
    interval: Interval | None
    team: str = ""
    phase: str = ""
    person: str = ""

    @property
    def anonymous(self) -> Said:
        """The same without team and person: where few work, a team is a person."""
        return attrs.evolve(self, team="", person="")


def read_team_input(
    path: str | os.PathLike[str],
    definition: LifecycleDefinition | CompositionDefinition,
    intervals: tuple[Interval, ...] = FIRST_YEAR,
) -> tuple[Said, ...]:
    r"""Reads what a team has said; all mistakes are reported together.

    Args:
        path: a ``.csv``, ``.yaml`` or ``.yml`` file.
        definition: whose phases it may speak of; those of a whole customer's part as ``contract: Adoption`` where several parts have one
            of that name.
        intervals: the intervals that it may name, or name a day of; ``always`` is no interval.

    Raises:
        InputError: CLM301 it cannot be opened, CLM302 it is not what its ending says, CLM303 another ending, CLM304 a column is missing,
            CLM305 one that is not known, CLM306 YAML without PyYAML, CLM365 an observation that cannot be used.

    Example:
        >>> import tempfile
        >>> from clmstate import Lifecycle, Phase
        >>> class Deal(Lifecycle):
        ...     open = Phase("Open", initial=True)
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     path = Path(folder) / "team.csv"
        ...     _ = path.write_text("team,interval,kind,text\nSupport,day 45,pain,too many steps\n")
        ...     said, = read_team_input(path, Deal.definition)
        >>> said.kind, said.interval.name
        ('pain point', 'first quarter')
    """
    source = os.fspath(path)
    wrong: list[Diagnostic] = []
    found: list[Said] = []
    for place, cells in _records(Path(path), source):
        one = _understood(place, cells, definition, intervals, wrong)
        if one is not None:
            found.append(one)
    if wrong:
        raise InputError(wrong)
    return tuple(found)


def _records(path: Path, source: str) -> Iterator[tuple[str, Mapping[str, str]]]:
    if path.suffix.lower() not in (".csv", ".yaml", ".yml"):
        cause = f"the ending {path.suffix!r} is no format of team input"
        raise InputError([Diagnostic("CLM303", source, cause, "use .csv, .yaml or .yml")])
    try:
        text = finite(path).read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise InputError([Diagnostic("CLM302", source, "it is not text in UTF-8", "save it as UTF-8")]) from None
    except (OSError, ValueError) as error:
        cause = f"it cannot be opened ({getattr(error, 'strerror', None) or error})"
        raise InputError([Diagnostic("CLM301", source, cause, "name a file of team input")]) from None
    rows = _csv(text) if path.suffix.lower() == ".csv" else _yaml(text, source)
    unit = "line" if path.suffix.lower() == ".csv" else "entry"
    known: set[str] = set()
    listed = list(rows)
    for _, cells in listed:
        known |= cells.keys()
    wrong = [
        Diagnostic("CLM304", source, f"'{c}' is missing", f"give each {', '.join(_REQUIRED)}")
        for c in _REQUIRED
        if listed and c not in known
    ]
    wrong += [Diagnostic("CLM305", source, f"'{c}' is not known", did_you_mean(c, _COLUMNS)) for c in sorted(known - set(_COLUMNS))]
    if wrong:
        raise InputError(wrong)
    for number, cells in listed:
        yield f"{source}, {unit} {number}", cells


def _csv(text: str) -> Iterator[tuple[int, dict[str, str]]]:
    reader = csv.DictReader(io.StringIO(text), restkey="", strict=False)
    for row in reader:
        cells = {(key or "").strip(): (value if isinstance(value, str) else "").strip() for key, value in row.items() if key}
        if any(cells.values()):
            yield reader.line_num, cells


def _yaml(text: str, source: str) -> Iterator[tuple[int, dict[str, str]]]:
    try:
        import yaml
    except ImportError:
        raise not_installed(source, "reading YAML", "pyyaml", "yaml", "give the same as CSV") from None
    remedy = "write a list of entries, each with team, interval, kind and text"
    try:
        entries: Any = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise InputError([Diagnostic("CLM302", source, f"it is no YAML ({' '.join(str(error).split())[:120]})", remedy)]) from None
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise InputError([Diagnostic("CLM302", source, "it is no list of entries", remedy)])
    for number, entry in enumerate(entries, 1):
        yield number, {str(key): " ".join(str(value).split()) for key, value in entry.items() if value is not None}


def _understood(
    place: str,
    cells: Mapping[str, str],
    definition: LifecycleDefinition | CompositionDefinition,
    intervals: Iterable[Interval],
    wrong: list[Diagnostic],
) -> Said | None:
    before = len(wrong)
    several = tuple(intervals)
    kind = next((kind for kind in KINDS if cells.get("kind", "").lower().rstrip("s") in (kind, kind.split()[0])), None)
    if kind is None:
        wrong.append(
            Diagnostic("CLM365", place, f"{cells.get('kind', '')!r:.40} is no kind of observation", f"say {', '.join(KINDS)}")
        )
    if not cells.get("text"):
        wrong.append(Diagnostic("CLM365", place, "nothing is observed: its text is empty", "say what was observed"))
    said = cells.get("interval", "")
    interval = interval_named(said, several)
    if interval is None and said.lower() not in ("", "always"):
        names = [each.name for each in several]
        cause = f"{said!r:.40} is no interval of the first year"
        near = did_you_mean(said.lower(), names)
        remedy = near if near.startswith("did you mean") else f"say {', '.join(names)}, a day such as 'day 45', or always"
        wrong.append(Diagnostic("CLM365", place, cause, remedy))
    phases = _phases(cells.get("phase", ""), definition)
    if len(phases) != 1:
        labels = phases or [_label(part, p) for part in parts_of(definition) for p in part.definition.phases.values()]
        cause = f"{cells['phase']!r:.40} is {'a phase of several parts' if phases else 'no phase'} of {definition.name}"
        remedy = f"say {' or '.join(labels)}" if phases else did_you_mean(cells["phase"], labels)
        wrong.append(Diagnostic("CLM365", place, cause, remedy))
    if len(wrong) > before or kind is None:
        return None
    return Said(kind, cells["text"], interval, cells.get("team", ""), next(iter(phases.values())), cells.get("person", ""))


def _phases(said: str, definition: LifecycleDefinition | CompositionDefinition) -> dict[str, str]:
    """The phases that somebody may mean, as they can be told apart, with their paths; "" is no phase."""
    if not said:
        return {"": ""}
    found = {}
    for part in parts_of(definition):
        for path, phase in part.definition.phases.items():
            if said in (part.place(path), path) or said.lower() in (phase.label.lower(), _label(part, phase).lower()):
                found[_label(part, phase)] = part.place(path)
    return found


def _label(part: Part, phase: Phase) -> str:
    return f"{part.path}: {phase.label}" if part.path else phase.label
