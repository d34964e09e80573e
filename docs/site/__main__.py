"""Builds the site: ``python -m docs.site build/site``. Any warning of Sphinx, such as an anchor that is not there, is an error."""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path

from sphinx.cmd.build import main as sphinx

from docs.site.api import write_api
from docs.site.pages import BrokenLinks, Pages

HERE = Path(__file__).parent


def build(into: Path) -> int:
    """Writes all pages, then the site; 0 if nothing is to be mended."""
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "pages"
        pages = Pages(HERE.parent.parent, source)
        try:
            pages.write()
        except BrokenLinks as broken:
            sys.stderr.write(f"{broken}\n")
            return 1
        write_api(source / "reference" / "api")
        pages.navigation()
        shutil.copytree(HERE / "static", source / "static")
        shutil.rmtree(into, ignore_errors=True)
        options = ["-q", "-W", "--keep-going", "-E", "-b", "html", "-c", str(HERE), "-d", f"{folder}/read"]
        return sphinx([*options, str(source), str(into)])


if __name__ == "__main__":
    sys.exit(build(Path(sys.argv[1] if len(sys.argv) > 1 else "build/site")))
