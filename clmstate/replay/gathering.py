"""Result tables gathered piece by piece, so that what is held does not grow with the number of customers."""

from __future__ import annotations

import shutil
import tempfile
import weakref
from pathlib import Path
from typing import Final

from clmstate.replay.shape import Shape
from clmstate.replay.tables import TABLES, Found, Tables, tables_of

__all__ = ["Gathering"]

MOST_HELD: Final = 250_000
"""So many rows are held; beyond that they go into files."""


class Gathering:
    """Tables on their way.

    Args:
        shape: the parts of the model.
        most: how many rows are held.

    Example:
        >>> Gathering(Shape("Deal", {})).tables().height("moves")
        0
    """

    def __init__(self, shape: Shape, most: int = MOST_HELD) -> None:
        self.shape, self.most = shape, most
        self.held: list[Found] = []
        self.files: dict[str, list[Path]] = {name: [] for name in TABLES}
        self.folder: _Folder | None = None

    def add(self, found: Found) -> None:
        """Takes in what was found of some customers; nobody is in two pieces."""
        self.held.append(found)
        if sum(piece.height for piece in self.held) > self.most:
            self._store()

    def tables(self) -> Tables:
        """All of them. Files that they lie in are gone with them."""
        if self.folder is None:
            return tables_of(self._taken(), self.shape)
        self._store()
        nothing = tables_of(Found.empty(), self.shape)
        return Tables({name: files or nothing.table(name) for name, files in self.files.items()}, self.folder)

    def _taken(self) -> Found:
        found = Found.empty().with_more(*self.held)
        self.held = []
        return found

    def _store(self) -> None:
        if self.folder is None:
            self.folder = _Folder()
        for name, table in tables_of(self._taken(), self.shape):
            if table.height:
                self.files[name].append(self.folder.path / f"{name}-{len(self.files[name]):06}.arrow")
                table.write_ipc(self.files[name][-1])


class _Folder:
    """A temporary folder that lives as long as this does."""

    def __init__(self) -> None:
        self.path = Path(tempfile.mkdtemp(prefix="clmstate-tables-"))
        weakref.finalize(self, shutil.rmtree, self.path, ignore_errors=True)
