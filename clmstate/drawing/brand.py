"""A theme file: a company's own colours and logo, checked before they are used.

    {"teams": ["#003A70", "#00857C"], "logo": "logo.png", "canvas": {"dark": "#001122"}}

Colours that could not be read or told apart are refused with a Diagnostic: a picture that nobody can read is worse than one in our colours.
A company's own colour is mostly a dark one, which on a dark page nobody sees. Where one colour is given for both themes, the dark one has it as
much lighter as it takes.
"""

from __future__ import annotations

import base64
import colorsys
import json
import re
from collections.abc import Iterator, Mapping
from itertools import combinations
from pathlib import Path
from typing import Any, Final

import attrs

from clmstate.drawing.colours import VISIONS, contrast, distance
from clmstate.drawing.theme import THEMES, Theme, ThemeName
from clmstate.errors import Diagnostic, InputError, did_you_mean
from clmstate.writing import finite

__all__ = ["Brand", "read_brand"]

_COLOUR: Final = re.compile(r"#[0-9a-fA-F]{6}")
_ROLES: Final = ("canvas", "card", "lane", "ink", "second", "rule")
_KNOWN: Final = (*_ROLES, "teams", "logo")
_LOGOS: Final = {".png": "image/png", ".jpg": "image/jpeg", ".jpeg": "image/jpeg"}
_LOGO_BYTES: Final = 400_000
_READABLE, _TITLES = 4.5, 3.0
_STANDS_OUT = 3.0  # of a card from the page: what WCAG 2.2 (1.4.11) asks of everything that is no text
_APART = 8.0  # of two owners' colours, in the units of `distance`
_SAME = 2.0  # then nobody tells two owners apart, however well they see


@attrs.frozen
class Brand:
    """Colours by role and a logo.

    Attributes:
        roles: colour by role, for each theme.
        teams: owners' colours, for each theme; those of the theme follow, first the ones that nobody mistakes for these.
        logo: as a data address; "" is none.
        dark_logo: the one for the dark theme, where it is another.

    Example:
        >>> from clmstate.drawing.theme import THEMES
        >>> Brand(teams={"light": ("#003A70",), "dark": ()}).applied(THEMES["light"]).teams[0]
        '#003A70'
    """

    roles: Mapping[ThemeName, Mapping[str, str]] = attrs.field(factory=dict, hash=False)
    teams: Mapping[ThemeName, tuple[str, ...]] = attrs.field(factory=dict, hash=False)
    logo: str = ""
    dark_logo: str = ""

    def applied(self, theme: Theme) -> Theme:
        """A theme with these colours."""
        own = self.teams.get(theme.name, ())
        left = [number for number, colour in enumerate(theme.teams) if colour not in own]
        others = sorted(left, key=self._resembled)  # what looks like one of them comes last
        logo = (theme.name == "dark" and self.dark_logo) or self.logo
        changed = attrs.evolve(theme, teams=(*own, *(theme.teams[number] for number in others)), logo=logo)
        roles: dict[str, Any] = dict(self.roles.get(theme.name, {}))
        return attrs.evolve(changed, **roles)

    def _resembled(self, number: int) -> bool:
        """Whether one of our colours looks like one of theirs, in any theme: a team has the same hue by day and by night."""
        return any(_alike(THEMES[name].teams[number], mine) for name, colours in self.teams.items() for mine in colours)


def _alike(one: str, other: str) -> bool:
    """Whether somebody might mistake two colours."""
    return any(distance(one, other, vision) < _APART for vision in VISIONS)


def read_brand(path: str | Path, themes: Mapping[ThemeName, Theme]) -> Brand:
    """Reads a theme file.

    Raises:
        InputError: CLM405, all that is wrong with it.

    Example:
        >>> read_brand("no_such_theme.json", {})
        Traceback (most recent call last):
        ...
        clmstate.errors.InputError: CLM405 no_such_theme.json: it cannot be read (No such file or directory). Check the path.
    """
    place = Path(path)
    try:
        given = json.loads(finite(place).read_text(encoding="utf-8"))
    except OSError as error:
        raise InputError([Diagnostic("CLM405", str(path), f"it cannot be read ({error.strerror})", "check the path")]) from None
    except ValueError as error:
        raise InputError([Diagnostic("CLM405", str(path), f"it is no JSON ({error})", "see docs/how-to/drawing.md")]) from None
    if not isinstance(given, dict):
        raise InputError([Diagnostic("CLM405", str(path), "it is no object with colours by role", "see docs/how-to/drawing.md")])
    wrong = [
        Diagnostic("CLM405", str(path), f"there is no role {key!r:.60}", did_you_mean(key, _KNOWN))
        for key in given
        if key not in _KNOWN
    ]
    wrong += _wrong_colours(given, str(path))
    logos = given.get("logo", "")
    wrong += [
        Diagnostic("CLM405", f"{path}, logo", f"there is no theme {name!r:.60}", did_you_mean(str(name), THEMES))
        for name in (logos if isinstance(logos, dict) else ())
        if name not in THEMES
    ]
    named = logos if isinstance(logos, dict) else {"light": logos}
    logo, fault = _logo(named.get("light", ""), place)
    dark_logo, other_fault = _logo(named.get("dark", ""), place)
    wrong += fault + other_fault
    if wrong:
        raise InputError(wrong)
    roles = {name: {role: _of(given[role], name) for role in _ROLES if role in given and _of(given[role], name)} for name in themes}
    pages = {name: roles[name].get("canvas", theme.canvas) for name, theme in themes.items()}
    teams = {name: tuple(_owner(colour, name, pages[name]) for colour in given.get("teams", ())) for name in themes}
    brand = Brand(roles, teams, logo, dark_logo)
    unreadable = [fault for theme in themes.values() for fault in _unreadable(brand.applied(theme), given, str(path))]
    if unreadable:
        raise InputError(unreadable)
    return brand


def _of(given: Any, theme: ThemeName) -> str:
    """A colour for both themes, or one for each."""
    return str(given.get(theme, "")) if isinstance(given, dict) else str(given)


def _owner(given: Any, theme: ThemeName, page: str) -> str:
    """An owner's colour in a theme: in the dark one lighter than given, where it was given for both and could not be seen."""
    chosen = _of(given, theme)
    colour = chosen or next(iter(given.values()))  # a list of owners has no gaps: what is given for one theme is given for both
    return _lighter(colour, page) if theme == "dark" and (not chosen or isinstance(given, str)) else colour


def _lighter(colour: str, page: str) -> str:
    """The same hue, as much lighter as it takes to stand out from a dark page.

    Example:
        >>> _lighter("#003A70", "#0B1220"), _lighter("#3B6CF0", "#0B1220")
        ('#0062BD', '#3B6CF0')
    """
    return _apart(colour, page, _STANDS_OUT, 1)


def _apart(colour: str, ground: str, wanted: float, step: int) -> str:
    """The same hue, as much lighter (1) or darker (-1) as it takes to have some contrast with a ground.

    Example:
        >>> _apart("#F2A900", "#FFFFFF", 3.0, -1)
        '#C28700'
    """
    hue, light, full = colorsys.rgb_to_hls(*(int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)))
    for percent in range(round(light * 100), 101 if step > 0 else -1, step):
        if contrast(colour, ground) >= wanted:
            break
        colour = "#" + "".join(f"{round(255 * part):02X}" for part in colorsys.hls_to_rgb(hue, percent / 100, full))
    return colour


def _wrong_colours(given: Mapping[str, Any], place: str) -> Iterator[Diagnostic]:
    teams = given.get("teams", [])
    items = [(role, given[role]) for role in _ROLES if role in given]
    items += [("teams", colour) for colour in (teams if isinstance(teams, list) else [teams])]
    for role, value in items:
        if isinstance(value, dict):
            if not value:
                yield Diagnostic("CLM405", f"{place}, {role}", "it names no colour", "write it as #1D4ED8")
            for name in value:
                if name not in THEMES:
                    yield Diagnostic("CLM405", f"{place}, {role}", f"there is no theme {name!r:.60}", did_you_mean(name, THEMES))
        for colour in value.values() if isinstance(value, dict) else (value,):
            if not isinstance(colour, str) or not _COLOUR.fullmatch(colour):
                yield Diagnostic("CLM405", f"{place}, {role}", f"{colour!r:.40} is no colour", "write it as #1D4ED8")
    if not isinstance(teams, list):
        yield Diagnostic("CLM405", f"{place}, teams", "it is no list", "write the owners' colours as a list")


def _unreadable(theme: Theme, given: Mapping[str, Any], place: str) -> Iterator[Diagnostic]:
    pairs = [
        (role, getattr(theme, role), ground) for role in ("ink", "second") for ground in (theme.canvas, theme.card, theme.lane)
    ]
    for role, ink, ground in pairs:
        if contrast(ink, ground) < _READABLE:
            cause = f"{ink} on {ground} has a contrast of {contrast(ink, ground):.1f}, too little to be read"
            yield Diagnostic("CLM405", f"{place}, {theme.name} {role}", cause, f"choose colours with at least {_READABLE}")
    own = theme.teams[: len(given.get("teams", ()))]
    for colour in own:
        if contrast(theme.on_team, colour) < _TITLES:
            cause = f"titles ({theme.on_team}) cannot be read on {colour} (contrast {contrast(theme.on_team, colour):.1f})"
            yield Diagnostic(
                "CLM405",
                f"{place}, {theme.name} teams",
                cause,
                f"choose a darker one, such as {_apart(colour, theme.on_team, _TITLES, -1)}",
            )
        elif contrast(colour, theme.canvas) < _STANDS_OUT:
            cause = f"{colour} does not stand out from the page {theme.canvas} (contrast {contrast(colour, theme.canvas):.1f})"
            way, step = ("lighter", 1) if theme.name == "dark" else ("darker", -1)
            remedy = f"choose a {way} one, such as {_apart(colour, theme.canvas, _STANDS_OUT, step)}"
            yield Diagnostic("CLM405", f"{place}, {theme.name} teams", cause, remedy)
    for one, other in combinations(own, 2):
        if distance(one, other) < _SAME:
            cause = f"{one} and {other} look the same, so nobody tells their owners apart"
            yield Diagnostic("CLM405", f"{place}, {theme.name} teams", cause, "choose colours that differ, in each theme")


def _logo(name: object, place: Path) -> tuple[str, list[Diagnostic]]:
    """The logo as a data address; it lies beside the theme file."""
    if name == "":
        return "", []
    where = f"{place}, logo"
    if not isinstance(name, str) or Path(name).suffix.lower() not in _LOGOS:
        return "", [
            Diagnostic("CLM405", where, f"{name!r:.60} is no .png or .jpg", "name a picture that lies beside the theme file")
        ]
    try:
        data = finite(place.parent / name).read_bytes()
    except OSError as error:
        return "", [
            Diagnostic("CLM405", where, f"it cannot be read ({error.strerror})", "name a picture that lies beside the theme file")
        ]
    if len(data) > _LOGO_BYTES:
        return "", [Diagnostic("CLM405", where, f"it has {len(data):,} bytes", f"make it smaller than {_LOGO_BYTES:,}")]
    return f"data:{_LOGOS[Path(name).suffix.lower()]};base64,{base64.b64encode(data).decode()}", []
