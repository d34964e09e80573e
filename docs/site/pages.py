"""From the Markdown of this repository to the pages of the site: where each goes, and where each link leads.

The pages are written for whoever reads the repository, so their links are paths in it. Here every path becomes an address in the site:
pages move to their place, pictures follow, and whatever else is linked (a model, a test, a schema) becomes a page that shows its source.
A link to what does not exist is an error; anchors are checked by Sphinx afterwards.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Final

__all__ = ["BrokenLinks", "Pages", "address"]

_LINK: Final = re.compile(r"(?<=\]\()([^)\s]+)(?=\))")
_FENCE: Final = re.compile(r"^ {0,3}(`{3,}|~{3,})")
_CLASS: Final = re.compile(r"^class (\w+)\(", re.MULTILINE)
_ELSEWHERE: Final = re.compile(r"[a-z][a-z0-9+.-]*:")

_PLACES: Final = {
    "README.md": "index.md",
    "docs/index.md": "contents.md",
    "docs/gallery.md": "gallery/index.md",
    "diagrams/README.md": "gallery/pictures.md",
    "CONTRIBUTING.md": "contributing.md",
    "changes/README.md": "changes.md",
}
_PICTURES: Final = (".svg", ".png")
_LANGUAGES: Final = {".py": "python", ".json": "json", ".csv": "text", ".tsv": "text", ".cfg": "ini", ".toml": "toml"}

SECTIONS: Final = {
    "Learn": ("tutorial.md", "tour.md"),
    "How to": ("how-to/",),
    "Why": ("explanation/",),
    "Look up": ("semantics.md", "glossary.md", "reference/"),
    "Models": ("gallery/index.md", "gallery/pictures.md", "source/models/"),
    "Behind it": ("contents.md", "performance.md", "windows.md", "architecture.md", "contributing.md", "changes.md", "source/"),
}
"""The navigation: pages by name, and folders in the order in which docs/index.md mentions what is in them."""


class BrokenLinks(Exception):
    """Links that lead nowhere, one to a line."""


def address(path: str) -> str:
    """Where a file of the repository is in the site.

    Example:
        >>> address("docs/how-to/gap-analysis.md"), address("README.md"), address("models/dynamic/user.py")
        ('how-to/gap-analysis.md', 'index.md', 'source/models/dynamic/user.md')
        >>> address("diagrams/dynamic/user.svg")
        'gallery/dynamic/user.svg'
    """
    if path in _PLACES:
        return _PLACES[path]
    if path.startswith("docs/") and path.endswith(".md"):
        return path.removeprefix("docs/")
    if PurePosixPath(path).suffix in _PICTURES:
        return path.removeprefix("docs/") if path.startswith("docs/") else "gallery/" + path.removeprefix("diagrams/")
    return f"source/{PurePosixPath(path).with_suffix('.md')}"


class Pages:
    """All pages of the site, written into a folder.

    Args:
        repository: its root.
        into: the folder; it is there and empty.
    """

    def __init__(self, repository: Path, into: Path) -> None:
        self.repository, self.into = repository, into
        self._broken: list[str] = []
        self._sources: dict[str, None] = {}
        self._pictures: dict[str, None] = {}
        self._mentioned: list[str] = []

    def write(self) -> None:
        """Writes everything.

        Raises:
            BrokenLinks: with every link that leads nowhere.
        """
        self._mentioned = [address(target) for _, target in self._links("docs/index.md")]
        for page in self._written():
            self._put(address(page), self._text(page))
        for model in sorted((self.repository / "models").glob("*/*.py")):
            self._sources[model.relative_to(self.repository).as_posix()] = None
        for source in list(self._sources):
            self._put(address(source), self._source(source))
        for picture in self._pictures:
            self._place(address(picture)).write_bytes((self.repository / picture).read_bytes())
        if self._broken:
            raise BrokenLinks("\n".join(self._broken))

    def navigation(self) -> None:
        """Adds the navigation to the first page; call it when every page is there."""
        there = {page.relative_to(self.into).as_posix() for page in self.into.rglob("*.md")} - {"index.md"}
        blocks = []
        for caption, wanted in SECTIONS.items():
            mine = [page for each in wanted for page in self._of(each, there)]
            there -= set(mine)
            blocks.append("\n".join(("```{toctree}", ":hidden:", ":maxdepth: 1", f":caption: {caption}", "", *mine, "```")))
        index = self.into / "index.md"
        index.write_text("\n\n".join((index.read_text(encoding="utf-8"), *blocks)) + "\n", encoding="utf-8")

    def _of(self, wanted: str, there: set[str]) -> list[str]:
        """The pages that a line of the navigation stands for."""
        if not wanted.endswith("/"):
            return [wanted] if wanted in there else []
        last = len(self._mentioned)
        order = {page: number for number, page in reversed(list(enumerate(self._mentioned)))}
        return sorted((page for page in there if page.startswith(wanted)), key=lambda page: (order.get(page, last), page))

    def _written(self) -> Iterator[str]:
        yield from ("README.md", "CONTRIBUTING.md", "changes/README.md", "diagrams/README.md")
        for page in sorted((self.repository / "docs").rglob("*.md")):
            yield page.relative_to(self.repository).as_posix()

    def _lines(self, page: str) -> Iterator[tuple[int, str, bool]]:
        """The lines of a page, each with whether it is inside a block of code."""
        fence = ""
        for number, line in enumerate((self.repository / page).read_text(encoding="utf-8").splitlines(), 1):
            mark = _FENCE.match(line)
            if mark and (not fence or line.strip() == fence):
                fence = "" if fence else mark[1]
                yield number, line, True
            else:
                yield number, line, bool(fence)

    def _links(self, page: str) -> Iterator[tuple[int, str]]:
        """What a page links to in the repository, as paths from its root, with the number of the line."""
        for number, line, code in self._lines(page):
            for link in () if code else _LINK.findall(line):
                if not _ELSEWHERE.match(link) and not link.startswith("#"):
                    yield number, self._path(page, link.partition("#")[0])

    @staticmethod
    def _path(page: str, link: str) -> str:
        return os.path.normpath(PurePosixPath(page).parent / link).replace(os.sep, "/")

    def _text(self, page: str) -> str:
        lines = []
        for number, line, code in self._lines(page):
            lines.append(line if code else _LINK.sub(lambda link, at=number: self._led(page, at, link[0]), line))  # type: ignore[misc]  # mypy takes no default of a lambda
        return "\n".join(lines) + "\n"

    def _led(self, page: str, number: int, link: str) -> str:
        """The same link, as an address in the site."""
        if _ELSEWHERE.match(link) or link.startswith("#"):
            return link
        path, mark, anchor = link.partition("#")
        target = self._path(page, path)
        if not (self.repository / target).is_file():
            self._broken.append(f"{page}, line {number}: there is no {target}")
            return link
        if PurePosixPath(target).suffix in _PICTURES:
            self._pictures[target] = None
        elif not (target in _PLACES or (target.startswith("docs/") and target.endswith(".md"))):
            self._sources[target] = None
        return os.path.relpath(address(target), PurePosixPath(address(page)).parent).replace(os.sep, "/") + mark + anchor

    def _source(self, path: str) -> str:
        """A page that shows a file, a model with its pictures first."""
        text = (self.repository / path).read_text(encoding="utf-8")
        lines = [f"# {path.removeprefix('models/').removesuffix('.py') if path.startswith('models/') else path}", ""]
        for name in _CLASS.findall(text) if path.startswith("models/") else ():
            picture = f"diagrams/{PurePosixPath(path).parent.name}/{name.lower()}.svg"
            if (self.repository / picture).is_file():
                self._pictures[picture] = None
                there = os.path.relpath(address(picture), PurePosixPath(address(path)).parent).replace(os.sep, "/")
                lines += [f"[![The journey of {name}]({there})]({there})", ""]
        language = _LANGUAGES.get(PurePosixPath(path).suffix, "text")
        return "\n".join((*lines, f"`{path}`", "", f"`````{language}", text.rstrip("\n"), "`````", ""))

    def _put(self, place: str, text: str) -> None:
        self._place(place).write_text(text, encoding="utf-8")

    def _place(self, place: str) -> Path:
        file = self.into / place
        file.parent.mkdir(parents=True, exist_ok=True)
        return file
