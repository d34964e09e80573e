"""The interactive page: one HTML file with the map, the phases in words, a customer's way and a small interpreter of the model.

Nothing is loaded from anywhere, and a content security policy in the page keeps it so. Scripts run by their hash only; what a model says
enters as escaped text or as JSON data.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, TypeAlias

import attrs

from clmstate.composition import Composition
from clmstate.drawing import THEMES, Brand, Drawing, Scene, Theme, journey_scene
from clmstate.drawing.journeys import kinds
from clmstate.drawing.svg import escape, whole_faces
from clmstate.lifecycle import Lifecycle, LifecycleDefinition
from clmstate.presenting.hues import shared_owners, theme_of
from clmstate.presenting.leaflets import leaflet, text
from clmstate.presenting.maps import overview
from clmstate.presenting.plain import plain_model
from clmstate.presenting.walks import walk_of
from clmstate.replay import Log, Shape, shape_of

__all__ = ["page"]

Json: TypeAlias = Any

_FILES = Path(__file__).parent / "page_files"
_SCRIPTS = ("meaning.js", "words.js", "map.js", "whatif.js", "page.js")
_VIEWS = ("full", "names")


def page(model: type[Lifecycle] | type[Composition], log: Log | None = None, customer: str = "", brand: Brand | None = None) -> str:
    """The page of a model, as one HTML document.

    Args:
        model: a lifecycle or a composition.
        log: what happened to some customer, to step through.
        customer: whom to step through; by default the only one, or the first, of the log.
        brand: a company's own colours and logo, from `drawing.read_brand`.

    Example:
        >>> from clmstate import Lifecycle, Phase
        >>> class Deal(Lifecycle):
        ...     new = Phase("New", initial=True)
        >>> page(Deal).startswith("<!doctype html>")
        True
    """
    shape = shape_of(model)
    parts = [_part(path, each.definition, shape) for path, each in shape.parts.items()]
    walk = None
    if log is not None:
        walk = walk_of(model, log, customer or next(iter(log.customers), ""))
    definition = model.definition
    return "\n".join(_document(definition.title, _first_lines(definition.doc), parts, walk, brand)) + "\n"


def _first_lines(doc: str) -> str:
    return doc.strip().partition("\n\n")[0]


@attrs.frozen
class _Part:
    """One part of the model with everything that the page shows of it."""

    path: str
    label: str
    many: bool
    definition: LifecycleDefinition
    scene: Scene
    leaflets: tuple[str, ...]

    def svg(self, theme: Theme, view: str, brand: Brand | None, every: Sequence[LifecycleDefinition]) -> str:
        """Its map, without a title: the page has one; the teams of all parts have the colours of the page."""
        scene = self.scene if view == "full" else overview(self.definition, signed=False)
        teams = {theme.name: theme_of(self.definition, every, theme).teams}
        own = attrs.evolve(brand or Brand(), teams=teams, logo="", dark_logo="")
        painted = Drawing(attrs.evolve(scene, title="", subtitle=""), theme.name, brand=own).svg(embed_fonts=False)
        return re.sub(r"(<title[^>]*>)(</title>)", rf"\g<1>{_literal(escape(self.scene.title))}\g<2>", painted, count=1)

    @property
    def data(self) -> dict[str, Json]:
        """For the scripts."""
        pills: dict[str, dict[str, Json]] = {}
        for pill in self.scene.pills:
            for rule in pill.rules:
                pills.setdefault(rule, {}).update(dict.fromkeys(pill.sources, pill.id))
        return {"part": self.path, "label": self.label, "many": self.many, "pills": pills, "model": plain_model(self.definition)}


def _literal(replacement: str) -> str:
    return replacement.replace("\\", r"\\")


def _part(path: str, definition: LifecycleDefinition, shape: Shape) -> _Part:
    scene = journey_scene(definition)
    does = kinds(definition)
    every = [each.definition for each in shape.parts.values()]
    owners = {name: number for number, name in enumerate(shared_owners(every))}
    label = path.replace(".", " ").replace("_", " ").capitalize() if path else definition.title
    leaflets = tuple(leaflet(definition, phase, does, owners, path) for phase in definition.phases)
    return _Part(path, label, shape.way(path).many > 0, definition, scene, leaflets)


def _document(title: str, subtitle: str, parts: list[_Part], walk: dict[str, Json] | None, brand: Brand | None) -> Iterator[str]:
    themes = [theme if brand is None else brand.applied(theme) for theme in THEMES.values()]
    every = [part.definition for part in parts]
    script = _script()
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'unsafe-inline'; font-src data:; img-src data:; script-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    teams = tuple(dict.fromkeys(team.name for part in parts for team in part.definition.teams if team.side == "ours"))
    yield "<!doctype html>"
    yield '<html lang="en"><head><meta charset="utf-8">'
    yield f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
    yield f"<title>{text(title)}</title>"
    maps = [(part, theme, view, part.svg(theme, view, brand, every)) for part in parts for theme in themes for view in _VIEWS]
    yield f"<style>{_faces(parts)}\n{_colours(themes)}\n{_read('page.css')}</style></head>"
    yield '<body class="no-script">'
    yield from _header(title, subtitle, parts, {theme.name: theme.logo for theme in themes})
    yield "<main>"
    yield from _map_area(teams)
    yield from _panel(parts, walk)
    yield "</main>"
    yield _player(walk)
    for part, theme, view, svg in maps:
        yield f'<template data-map="{text(part.path)}" data-theme="{theme.name}" data-view="{view}">{svg}</template>'
    data = {"title": title, "parts": [part.data for part in parts], "walk": walk}
    yield f'<script type="application/json" id="data">{_json(data)}</script>'
    yield f"<script>{script}</script></body></html>"


def _header(title: str, subtitle: str, parts: list[_Part], logos: Mapping[str, str]) -> Iterator[str]:
    themes = {logo: [name for name in logos if logos[name] == logo] for logo in logos.values() if logo}
    mark = "".join(f'<img class="logo in-{" in-".join(names)}" src="{text(logo)}" alt="">' for logo, names in themes.items())
    yield f'<header>{mark}<div class="name"><h1>{text(title)}</h1><p class="quiet">{text(subtitle)}</p></div><div class="tools">'
    if len(parts) > 1:
        yield '<div role="group" aria-label="Part" class="switch" id="parts">'
        for number, part in enumerate(parts):
            pressed = "true" if number == 0 else "false"
            yield f'<button type="button" data-part="{text(part.path)}" aria-pressed="{pressed}">{text(part.label)}</button>'
        yield "</div>"
    yield '<button type="button" id="theme" aria-pressed="false">Dark</button></div></header>'


def _map_area(teams: tuple[str, ...]) -> Iterator[str]:
    yield '<section id="map-area" aria-label="Map"><div class="bar">'
    if teams:
        yield '<div role="group" aria-label="Show what a team owns or contributes to" class="switch" id="teams">'
        yield '<button type="button" data-team="" aria-pressed="true">Everybody</button>'
        for team in teams:
            yield f'<button type="button" data-team="{text(team)}" aria-pressed="false">{text(team)}</button>'
        yield "</div>"
    yield (
        '<div role="group" aria-label="Zoom" class="switch zoom"><button type="button" id="closer" aria-label="Closer">+</button>'
        '<button type="button" id="further" aria-label="Further away">−</button>'
        '<button type="button" id="fit">Whole map</button>'
        '<button type="button" id="words" aria-pressed="true">Rules in full</button></div></div>'
    )
    yield (
        '<div id="map" tabindex="0" role="region" aria-label="Map of the journey: arrow keys move it, plus and minus zoom, zero shows all"></div>'
    )
    yield '<p id="hint" class="quiet">Choose a phase to read its rules. Drag to move, scroll to zoom.</p></section>'


def _panel(parts: list[_Part], walk: dict[str, Json] | None) -> Iterator[str]:
    tabs = [("phase", "Phase"), *([("customer", text(str(walk["name"])))] if walk else []), ("whatif", "What if")]
    yield '<aside id="panel" aria-label="Details"><div role="tablist" aria-label="Details">'
    for number, (name, label) in enumerate(tabs):
        chosen, index = ("true", "0") if number == 0 else ("false", "-1")
        yield (
            f'<button type="button" role="tab" id="tab-{name}" aria-controls="panel-{name}" aria-selected="{chosen}" '
            f'tabindex="{index}">{label}</button>'
        )
    yield "</div>"
    yield '<div role="tabpanel" id="panel-phase" aria-labelledby="tab-phase" tabindex="0">'
    for part in parts:
        yield from ([f'<h2 class="part">{text(part.label)}</h2>'] if len(parts) > 1 else [])
        yield from part.leaflets
    yield "</div>"
    if walk:
        yield '<div role="tabpanel" id="panel-customer" aria-labelledby="tab-customer" tabindex="0" hidden></div>'
    yield '<div role="tabpanel" id="panel-whatif" aria-labelledby="tab-whatif" tabindex="0" hidden></div></aside>'


def _player(walk: dict[str, Json] | None) -> str:
    if not walk or not walk["steps"]:
        return ""
    name, last = text(str(walk["name"])), len(walk["steps"]) - 1
    return (
        f'<section id="player" aria-label="The way of {name}"><div class="switch" role="group" aria-label="Steps">'
        '<button type="button" id="back">← Back</button><button type="button" id="play">Play</button>'
        '<button type="button" id="next">Next →</button></div>'
        f'<input type="range" id="when" min="0" max="{last}" value="{last}" aria-label="Instant">'
        '<p id="status" role="status"></p></section>'
    )


def _json(data: Json) -> str:
    r"""JSON that cannot end the element it stands in."""
    said = json.dumps(data, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return (
        said.replace("<", "\\u003c")
        .replace(">", "\\u003e")
        .replace("&", "\\u0026")
        .replace("\u2028", "\\u2028")
        .replace("\u2029", "\\u2029")
    )


@cache
def _read(name: str) -> str:
    return (_FILES / name).read_text(encoding="utf-8")


def _script() -> str:
    return "(() => {\n" + "\n".join(_read(name) for name in _SCRIPTS) + "\n})();"


def _faces(parts: list[_Part]) -> str:
    """The whole typeface, once for all maps and for the page itself, whose words nobody knows beforehand."""
    return whole_faces("".join(Drawing(part.scene).mermaid() for part in parts))


def _colours(themes: list[Theme]) -> str:
    light, dark = (";".join(f"--{name}:{value}" for name, value in _variables(theme).items()) for theme in themes)
    rules = "\n".join(f".rule.{kind}{{--line:var(--{kind}-line);--words:var(--{kind}-words)}}" for kind in themes[0].kinds)
    teams = "\n".join(f".team{number}{{--team:var(--team-{number})}}" for number in range(max(len(t.teams) for t in themes)))
    return f":root{{{light};color-scheme:light}}\n:root[data-theme=dark]{{{dark};color-scheme:dark}}\n{rules}\n{teams}"


def _variables(theme: Theme) -> Mapping[str, str]:
    plain = {name: getattr(theme, name) for name in ("canvas", "card", "lane", "ink", "second", "third", "rule", "end")}
    teams = {f"team-{number}": colour for number, colour in enumerate(theme.teams)}
    kinds = {f"{kind}-line": colours.line for kind, colours in theme.kinds.items()}
    words = {f"{kind}-words": colours.ink for kind, colours in theme.kinds.items()}
    return {**plain, "on-team": theme.on_team, **teams, **kinds, **words}
