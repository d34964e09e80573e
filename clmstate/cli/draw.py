"""``clmstate draw``: lifecycles and compositions as pictures."""

from __future__ import annotations

import argparse
import json
import math
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from clmstate.cli.models import Model, load, load_one
from clmstate.cli.options import MODEL_HELP, one_of
from clmstate.cli.screen import Screen
from clmstate.errors import Diagnostic, InputError
from clmstate.lifecycle import Lifecycle
from clmstate.writing import finite, make_folder

if TYPE_CHECKING:
    from clmstate.cli.walking import Walk
    from clmstate.drawing import Drawing

__all__ = ["arguments", "run"]

LEVELS: Final = ("stage", "full")
THEMES: Final = ("light", "dark")
PAGES: Final = ("fitting", "wide")
KINDS: Final = ("journey", "lanes", "composite", "markets", "diff", "here", "population", "findings", "coverage", "gallery")
_COMMAND: Final = "clmstate draw"


def arguments(parser: argparse.ArgumentParser) -> None:
    """The options of ``clmstate draw``.

    Example:
        >>> arguments(argparse.ArgumentParser())
    """
    parser.add_argument("model", help=MODEL_HELP)
    parser.add_argument(
        "--out",
        metavar="FILE",
        help=(
            "where to, .svg, .png, .pdf, .dot, .mmd or .md (by default the model's name, .svg); "
            "a folder, with / at its end: all lifecycles"
        ),
    )
    parser.add_argument(
        "--kind",
        type=one_of(KINDS),
        default=None,
        metavar="KIND",
        help=f"what is drawn: {', '.join(KINDS)} (by default a journey, of a composition its parts)",
    )
    parser.add_argument(
        "--level", type=one_of(LEVELS), default="stage", help="stage: for a slide; full: for a hand-out, with touchpoints"
    )
    parser.add_argument("--theme", type=one_of(THEMES), default="light", help="light or dark")
    parser.add_argument("--brand", metavar="FILE", help="a theme file: a company's colours and logo")
    parser.add_argument("--page", type=one_of(PAGES), default="fitting", help="wide: with the proportions of a slide, 16:9")
    parser.add_argument(
        "--scale", type=float, default=None, help="of a PNG: pixels per point, 1 to 4 (by default 2, in large pictures fewer)"
    )
    parser.add_argument("--against", metavar="MODEL", help="for diff: the older version")
    parser.add_argument(
        "--as",
        dest="renamed",
        metavar="OLD=NEW",
        action="append",
        default=[],
        help="for diff: what is called otherwise now (adoption=in_use); may be repeated",
    )
    parser.add_argument("--log", metavar="FILE", help="for here, population and composite: what happened, as for walk")
    parser.add_argument("--customer", metavar="NAME", help="for here and composite: who, where the log tells of several")
    parser.add_argument("--as-of", metavar="DATE", help="for here, population and composite: the date of interest")
    parser.add_argument("--since", metavar="DATE", help="for population: from when on changes and moves count")
    parser.add_argument("--part", metavar="PART", help="for population: the kind of part of a composition")
    parser.add_argument("--data", metavar="FILE", help="for population and coverage: numbers as JSON")


def run(options: argparse.Namespace, screen: Screen) -> int:
    """Draws one model, or all of a folder.

    Example:
        >>> from clmstate.cli import main
        >>> main(["draw", "no_such_model.py"])
        2
    """
    if options.kind == "gallery":
        from clmstate.cli.gallery import run_gallery

        return run_gallery(options, screen)
    given: str | None = options.out
    folder = Path(given) if given is not None and (given.endswith(("/", os.sep)) or Path(given).is_dir()) else None
    models = _several(options) if folder is not None else (_one(options),)
    drawn = []
    with screen.progress("drawing") as progress:
        for number, model in enumerate(models):
            progress(number, len(models))
            out = Path(given if given is not None and folder is None else f"{model.name.lower()}.svg")
            if folder is not None:
                out = folder / out
                make_folder(out.parent)
            drawn.append((model, _dressed(_picture(model, options), options).save(out, scale=options.scale)))
    if screen.as_json:
        found = [{"lifecycle": model.name, "source": model.source, "out": str(saved)} for model, saved in drawn]
        screen.json({"ok": True, **(found[0] if folder is None else {"drawings": found})})
        return 0
    from rich.text import Text

    for model, saved in drawn:
        text = Text.assemble(
            (f"{screen.marks.met} ", "bold green"), (model.name, "bold"), f" {screen.marks.arrow} ", (str(saved), "bold")
        )
        screen.console.print(text, soft_wrap=True)
    return 0


def _one(options: argparse.Namespace) -> Model:
    """The one model that was named; of variants side by side the usual one."""
    return load_one(options.model, command=_COMMAND)


def _several(options: argparse.Namespace) -> tuple[Model, ...]:
    """All models that a name leads to which this kind can draw; none is drawn if one cannot be loaded."""
    loaded = load(options.model)
    for fault in loaded.faults:
        raise fault.error()
    composed = options.kind == "composite"
    return tuple(model for model in loaded.models if model.composed is composed)


def _picture(model: Model, options: argparse.Namespace) -> Drawing:
    """The picture of a model, of the kind that was asked for."""
    kind = options.kind if options.kind is not None else "composite" if model.composed else "journey"
    drawn: Drawing = _PICTURES[kind](model, options)
    return drawn


def _dressed(drawing: Drawing, options: argparse.Namespace) -> Drawing:
    """The same in the theme and brand that were asked for, on the page that was asked for."""
    import attrs

    from clmstate.drawing import THEMES, read_brand

    brand = None if options.brand is None else read_brand(options.brand, THEMES)
    return attrs.evolve(drawing, theme=options.theme, wide_page=options.page == "wide", brand=brand)


def _journey(model: Model, options: argparse.Namespace) -> Drawing:
    from clmstate.drawing import journey

    return journey(model.lifecycle, level=options.level)


def _lanes(model: Model, options: argparse.Namespace) -> Drawing:
    from clmstate.drawing import lanes

    return lanes(model.lifecycle, level=options.level)


def _composite(model: Model, options: argparse.Namespace) -> Drawing:
    from clmstate.composition import Composition
    from clmstate.drawing import composite

    if not issubclass(model.what, Composition):
        cause = f"{model.name} is one lifecycle, and a composite shows the parts of a composition"
        raise InputError([Diagnostic("CLM408", model.source, cause, "name a composition, or draw a journey")])
    if options.log is not None:
        return composite(_walked(model, options).life, level=options.level)
    return composite(model.what, level=options.level)


def _markets(model: Model, options: argparse.Namespace) -> Drawing:
    """A lifecycle and all of its variants, wherever in its folder they are."""
    from clmstate.drawing import markets

    where = Path(options.model.partition(":")[0])
    others = load(str(where.parent)).models if where.suffix == ".py" else load(options.model).models
    above = [
        one
        for one in model.lifecycle.__mro__[1:]
        if issubclass(one, Lifecycle) and "definition" in vars(one) and one.definition.phases
    ]
    base = above[-1] if above else model.lifecycle  # who names a variant is shown what it is a variant of
    variants = [other.lifecycle for other in others if not other.composed and base in other.what.__mro__[1:]]
    return markets([base, *dict.fromkeys((*variants, *([model.lifecycle] if above else [])))])


def _diff(model: Model, options: argparse.Namespace) -> Drawing:
    from clmstate.cli.versions import load_version, pairs
    from clmstate.drawing import difference

    if options.against is None:
        raise InputError([Diagnostic("CLM343", f"{_COMMAND} --kind diff", "--against is missing", "name the older version")])
    older = load_version(options.against, command=_COMMAND, like=options.model)  # also git:REV
    renames = {name: wanted for name, wanted in pairs(options.renamed).items() if wanted is not None}
    return difference(older.lifecycle, model.lifecycle, renames=renames)


def _walked(model: Model, options: argparse.Namespace) -> Walk:
    """The way of the customer that a log tells of, to the end or to a date."""
    if options.log is None:
        raise InputError([Diagnostic("CLM343", f"{_COMMAND} --kind here", "--log is missing", "name a log, as for walk")])
    from clmstate.cli.walk import customer_of
    from clmstate.cli.walking import walked
    from clmstate.replay.sources import read_any

    log = read_any(model.what, options.log)
    return walked(model, log, customer_of(log, options.customer), _until(options))


def _until(options: argparse.Namespace) -> int | None:
    from clmstate.signals import instant

    if options.as_of is None:
        return None
    try:
        return instant(options.as_of, place=f"{_COMMAND} --as-of")
    except ValueError as error:
        diagnostics = getattr(error, "diagnostics", ())
        raise InputError([Diagnostic("CLM342", d.place, d.cause, "give a date such as 2026-01-30") for d in diagnostics]) from None


def _here(model: Model, options: argparse.Namespace) -> Drawing:
    from clmstate.drawing import here

    walk = _walked(model, options)
    if model.composed:
        raise InputError(
            [Diagnostic("CLM335", model.source, f"{model.name} is a composition", "draw it with --kind composite --log")]
        )
    return here(walk.life, since=walk.since)


def _population(model: Model, options: argparse.Namespace) -> Drawing:
    from clmstate.drawing import population

    if options.log is None:
        given = _numbers(options, "counts", {"counts", "changes", "flows", "standings", "period", "title", "who"})
        return population(model.lifecycle, given.pop("counts", {}), **given)
    from clmstate.cli.fleet import part_asked, population_picture
    from clmstate.cli.replay import date_option
    from clmstate.replay.population import population_of
    from clmstate.replay.run import replay_file

    since = None if options.since is None else date_option(options.since, f"{_COMMAND} --since")
    done = replay_file(model.what, options.log, as_of_us=_until(options))
    kind = part_asked(options.part, done.shape, _COMMAND)
    return population_picture(population_of(done, kind, since), done.shape, kind, since)


def _findings(model: Model, options: argparse.Namespace) -> Drawing:  # noqa: ARG001 -- all kinds are asked alike
    from clmstate.drawing import findings

    return findings(model.lifecycle)


def _coverage(model: Model, options: argparse.Namespace) -> Drawing:
    from clmstate.drawing import coverage

    given = _numbers(options, "phases and transitions", {"phases", "transitions", "models", "format"})
    if "models" in given:
        if model.name not in given["models"]:
            cause = f"the report says nothing of {model.name}, only of {', '.join(given['models']) or 'no model'}"
            raise InputError([Diagnostic("CLM409", options.data, cause, "name the model with --lifecycle-cov when you run pytest")])
        given = given["models"][model.name]["overlay"]
    return coverage(model.lifecycle, given.get("phases", {}), given.get("transitions", {}))


_WHERE_FROM: Final = {
    "population": "name the log of your customers: --log LOG; or a JSON file: --data FILE",
    "coverage": "name what pytest --lifecycle-cov MODEL --lifecycle-cov-report=json:FILE wrote: --data FILE",
}


def _numbers(options: argparse.Namespace, what: str, known: set[str]) -> dict[str, Any]:
    """The object in the file of numbers."""
    if options.data is None:
        kind = f"{_COMMAND} --kind {options.kind}"
        raise InputError([Diagnostic("CLM343", kind, f"there are no numbers ({what})", _WHERE_FROM[options.kind])])
    try:
        given = json.loads(finite(options.data).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise InputError([Diagnostic("CLM409", options.data, f"it cannot be read ({error})", "write numbers as JSON")]) from None
    if not isinstance(given, dict) or not set(given) <= known:
        cause = f"it is not an object with some of {', '.join(sorted(known))}"
        raise InputError([Diagnostic("CLM409", options.data, cause, "see docs/how-to/drawing.md")])
    wrong = [
        Diagnostic("CLM409", f"{options.data}, {key}", cause, "see docs/how-to/drawing.md")
        for key, value in given.items()
        if (cause := _wrong_with(key, value))
    ]
    if wrong:
        raise InputError(wrong)
    return given


def _wrong_with(key: str, given: object) -> str:
    """What is wrong with a part of the numbers; "" is nothing."""
    from clmstate.drawing.scene import STANDINGS

    if key == "models":  # a report of coverage
        reports = given.values() if isinstance(given, Mapping) else [given]
        return "" if all(map(_is_covered, reports)) else "it is not what pytest --lifecycle-cov-report=json:FILE wrote"
    if key in ("period", "title", "who", "format"):
        return "" if isinstance(given, str) else "it is not a text"
    if key == "standings":
        known = isinstance(given, Mapping) and all(_are_numbers(each) and set(each) <= set(STANDINGS) for each in given.values())
        return "" if known else f"it is not whole numbers by phase and standing ({', '.join(STANDINGS)})"
    if not _are_numbers(given, least=-math.inf if key == "changes" else 0):
        return "it is not whole numbers by name" + ("" if key == "changes" else ", none of them below 0")
    return ""


def _is_covered(given: object) -> bool:
    """Whether it is what a report of coverage says of a model."""
    seen = given.get("overlay") if isinstance(given, Mapping) else None
    return isinstance(seen, Mapping) and all(_are_numbers(seen.get(kind)) for kind in ("phases", "transitions"))


def _are_numbers(given: object, least: float = 0) -> bool:
    return isinstance(given, Mapping) and all(type(n) is int and n >= least for n in given.values())


_PICTURES: Final[Mapping[str, Callable[[Model, argparse.Namespace], Drawing]]] = {
    "journey": _journey,
    "lanes": _lanes,
    "composite": _composite,
    "markets": _markets,
    "diff": _diff,
    "here": _here,
    "population": _population,
    "findings": _findings,
    "coverage": _coverage,
}
