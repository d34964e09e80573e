"""The pages of the site: every file has its place, every link leads somewhere, and nothing is left out of the navigation."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from docs.site.api import PACKAGES, write_api
from docs.site.pages import SECTIONS, BrokenLinks, Pages, address

ROOT = Path(__file__).parents[2]
TREE = re.compile(r"```\{toctree\}\n:hidden:\n:maxdepth: 1\n:caption: (.+?)\n\n(.*?)```", re.DOTALL)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    into = tmp_path_factory.mktemp("pages")
    pages = Pages(ROOT, into)
    pages.write()
    write_api(into / "reference" / "api")
    pages.navigation()
    return into


def test_every_page_is_in_the_navigation_once(site: Path) -> None:
    trees = TREE.findall((site / "index.md").read_text())
    assert [caption for caption, _ in trees] == list(SECTIONS)
    listed = [page for _, pages in trees for page in pages.split()]
    there = {page.relative_to(site).as_posix() for page in site.rglob("*.md")} - {"index.md"}
    assert sorted(listed) == sorted(there)
    assert {f"reference/api/{package.rpartition('.')[2]}.md" for package in PACKAGES} <= there


def test_how_tos_and_explanations_are_found_from_the_table_of_contents(site: Path) -> None:
    contents = (site / "contents.md").read_text()
    for page in (*(site / "how-to").glob("*.md"), *(site / "explanation").glob("*.md")):
        assert f"({page.relative_to(site).as_posix()}" in contents, f"docs/index.md does not lead to {page.name}"


def test_links_lead_to_pages_and_pictures_of_the_site(site: Path) -> None:
    gallery = (site / "gallery" / "index.md").read_text()
    assert "[![The journey of a contract](dynamic/contract.svg)](dynamic/contract.svg)" in gallery
    assert (site / "gallery" / "dynamic" / "contract.svg").read_text().startswith("<svg")
    assert "(../source/models/dynamic/calendar.md)" in gallery
    assert "class CalendarContract" in (site / "source" / "models" / "dynamic" / "calendar.md").read_text()
    assert "(semantics.md#compositions)" in (site / "tour.md").read_text()


def test_addresses_of_two_files_are_never_the_same() -> None:
    files = [*list(ROOT.glob("docs/**/*.md")), ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "diagrams" / "README.md"]
    places = [address(path.relative_to(ROOT).as_posix()) for path in files]
    assert len(set(places)) == len(places)


def small(folder: Path, index: str, page: str = "") -> Pages:
    """A repository of a few pages."""
    for name, text in {
        "README.md": "# Start\n[all](docs/index.md)\n",
        "CONTRIBUTING.md": "# How\n",
        "changes/README.md": "# Changes\n",
        "diagrams/README.md": "# Pictures\n",
        "docs/index.md": index,
        "docs/how-to/one.md": page,
    }.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    (folder / "models").mkdir()
    return Pages(folder, folder / "site")


def test_links_that_lead_nowhere_are_named_all_of_them(tmp_path: Path) -> None:
    pages = small(tmp_path, "# All\n[one](how-to/one.md)\n[two](how-to/two.md)\n", "[x](../three.md#a)\n")
    with pytest.raises(BrokenLinks) as broken:
        pages.write()
    assert str(broken.value) == (
        "docs/how-to/one.md, line 1: there is no docs/three.md\ndocs/index.md, line 3: there is no docs/how-to/two.md"
    )


def test_what_looks_like_a_link_in_code_is_none(tmp_path: Path) -> None:
    small(tmp_path, "# All\n```python\nx = table[0](nowhere.md)\n```\n[elsewhere](https://example.org) [here](#all)\n").write()
    assert "x = table[0](nowhere.md)" in (tmp_path / "site" / "contents.md").read_text()
