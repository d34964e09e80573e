"""All pictures of all models of a folder, with a page that shows them and the digests by which they are checked."""

from __future__ import annotations

import argparse
import hashlib
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import attrs

from clmstate.cli.models import Model, load
from clmstate.cli.screen import Screen
from clmstate.errors import ClmstateError, Diagnostic, InputError
from clmstate.writing import make_folder, write

if TYPE_CHECKING:
    from clmstate.drawing import Drawing
    from clmstate.replay import Log

__all__ = ["Picture", "digests", "pictures", "run_gallery"]

_HEADINGS = {
    "journey": "the journey",
    "full": "the journey with touchpoints, as a hand-out",
    "lanes": "who owns the customer, and where we hand over",
    "composite": "the parts of a customer, and what they know of each other",
    "parts": "where all parts of one customer stand, and what they still need of each other",
    "markets": "markets side by side",
    "diff": "what a market changes",
    "here": "where one customer stands",
    "population": "where all customers of the sample log stand",
}


@attrs.frozen
class Picture:
    """One picture of a gallery.

    Example:
        >>> Picture("dynamic", "user", "journey", "User", None).file
        'dynamic/user.svg'
    """

    folder: str
    name: str
    kind: str
    title: str
    drawing: Drawing

    @property
    def file(self) -> str:
        """Its file, inside the gallery."""
        return f"{self.folder}/{self.name}{'' if self.kind == 'journey' else f'-{self.kind}'}.svg"


def pictures(root: Path) -> Iterator[Picture]:
    """All pictures of all models below a folder, in the order of folders and names.

    Raises:
        ClmstateError: a model cannot be loaded.

    Example:
        >>> next(pictures(Path("no_such_folder")), None) is None
        True
    """
    folders = sorted(f for f in root.iterdir() if f.is_dir() and not f.name.startswith(("_", "."))) if root.is_dir() else []
    for folder in folders:
        loaded = load(str(folder))
        for fault in loaded.faults:
            raise fault.error()
        yield from _of_folder(folder, loaded.models)


def _of_folder(folder: Path, models: tuple[Model, ...]) -> Iterator[Picture]:
    from clmstate.drawing import composite, difference, journey, lanes, markets

    composed = [model for model in models if model.composed]
    single = [model for model in models if not model.composed]
    for model in composed:
        yield Picture(folder.name, model.name.lower(), "composite", model.name, composite(model.what))  # type: ignore[arg-type]
        yield from _whole_customer(folder, model, composed)
    for model in single:
        name, lifecycle = model.name.lower(), model.lifecycle
        parent = next((other for other in single if other.what is model.what.__mro__[1]), None)
        yield Picture(folder.name, name, "journey", model.name, journey(lifecycle))
        if parent is not None:
            yield Picture(folder.name, name, "diff", model.name, difference(parent.lifecycle, lifecycle))
            continue
        yield Picture(folder.name, name, "full", model.name, journey(lifecycle, level="full"))
        if len(set(lifecycle.definition.teams)) > 1:
            yield Picture(folder.name, name, "lanes", model.name, lanes(lifecycle))
        variants = [other.lifecycle for other in single if model.what in other.what.__mro__[1:]]
        if variants:
            yield Picture(folder.name, name, "markets", model.name, markets([lifecycle, *variants]))
        yield from _from_logs(folder, model)


def _whole_customer(folder: Path, model: Model, composed: list[Model]) -> Iterator[Picture]:
    """Where all parts of one customer stand, if a sample log of the folder tells of this composition; variants need no second picture."""
    from clmstate.cli.walking import walked
    from clmstate.drawing import composite

    if any(other.what in model.what.__mro__[1:] for other in composed):
        return
    for log in _logs(folder, model):
        life = walked(model, log, log.customers[0], None).life
        yield Picture(folder.name, model.name.lower(), "parts", model.name, composite(life))
        return


def _logs(folder: Path, model: Model) -> Iterator[Log]:
    """The sample logs of a folder that tell of a model."""
    from clmstate.replay import read_log

    for file in sorted(folder.glob("*.csv")):
        try:
            log = read_log(str(file), model.what)
        except ClmstateError:
            continue
        if log.customers and not log.rejected:
            yield log


def _from_logs(folder: Path, model: Model) -> Iterator[Picture]:
    """Where the customers of a sample log stand, if one of the folder is about this lifecycle."""
    from clmstate.cli.fleet import population_picture
    from clmstate.cli.walking import walked
    from clmstate.drawing import here
    from clmstate.replay.population import population_of
    from clmstate.replay.run import replay_file

    for log in _logs(folder, model):
        walk = walked(model, log, log.customers[0], None)
        yield Picture(folder.name, model.name.lower(), "here", model.name, here(walk.life, since=walk.since))
        if len(log.customers) > 1:
            done = replay_file(model.what, log.source)
            picture = population_picture(population_of(done), done.shape, "", None)
            yield Picture(folder.name, model.name.lower(), "population", model.name, picture)
        return


def digests(drawing: Drawing) -> dict[str, str]:
    """What a picture says and how it is to be laid out, as two short digests: they change when the picture does, on every machine alike.

    Example:
        >>> from clmstate.drawing import Drawing, Scene
        >>> sorted(digests(Drawing(Scene("Trial"))))
        ['dot', 'scene']
    """
    from clmstate.drawing.blocks import typeset
    from clmstate.drawing.columns import arrange
    from clmstate.drawing.layout import bare_dot

    said = json.dumps([_plain(drawing.scene), _plain(drawing.overlay)], ensure_ascii=False, sort_keys=True)
    found = {"scene": _digest(said)}
    scene = drawing.scene
    if scene.plan == "journey":
        found["dot"] = _digest(bare_dot(scene, typeset(scene), arrange(scene)))
    return found


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _plain(value: Any) -> Any:
    """A scene or overlay as JSON-ready data."""
    if attrs.has(type(value)):
        return {field.name: _plain(getattr(value, field.name)) for field in attrs.fields(type(value))}
    if isinstance(value, Mapping):
        return {str(key): _plain(each) for key, each in value.items()}
    return [_plain(each) for each in value] if isinstance(value, tuple | list) else value


def run_gallery(options: argparse.Namespace, screen: Screen) -> int:
    """Draws everything below a folder.

    Example:
        >>> run_gallery.__name__
        'run_gallery'
    """
    root = Path(options.model)
    if not root.is_dir():
        raise InputError(
            [Diagnostic("CLM330", options.model, "a gallery is drawn of a folder of models", "name a folder, such as models")]
        )
    out = Path(options.out or "diagrams")
    found = list(pictures(root))
    with screen.progress("drawing") as progress:
        for number, picture in enumerate(found):
            progress(number, len(found))
            make_folder((out / picture.file).parent)
            picture.drawing.save(out / picture.file)
    write(out / "README.md", _page(root, found))
    kept = {picture.file: digests(picture.drawing) for picture in found}
    write(out / "digests.json", json.dumps(kept, indent=1, sort_keys=True) + "\n")
    drawn = {picture.file for picture in found}
    for old in sorted(out.glob("*/*.svg")):  # pictures of models that are gone
        if old.relative_to(out).as_posix() not in drawn:
            old.unlink()
    if screen.as_json:
        screen.json({"ok": True, "drawings": [{"lifecycle": p.title, "kind": p.kind, "out": str(out / p.file)} for p in found]})
    else:
        screen.console.print(f"{screen.marks.met} {len(found)} pictures in {out}", soft_wrap=True, highlight=False)
    return 0


def _page(root: Path, found: list[Picture]) -> str:
    """The gallery as Markdown."""
    lines = [
        "# What the models look like",
        "",
        f"Generated from `{root.as_posix()}/` by `make diagrams`; do not edit. `digests.json` is how the tests notice that a picture is out of date.",
        "",
    ]
    folder = name = ""
    for picture in found:
        if picture.folder != folder:
            folder, name = picture.folder, ""
            lines += [f"## {folder}", ""]
        if picture.title != name:
            name = picture.title
            lines += [f"### {name}", ""]
        lines += [f"{name}: {_HEADINGS[picture.kind]}", "", f"![{name}: {_HEADINGS[picture.kind]}]({picture.file})", ""]
    return "\n".join(lines)
