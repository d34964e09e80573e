"""Settings of Sphinx; `make docs` runs it over the pages that `pages.py` and `api.py` have written."""

from typing import Any

from pygments.lexers.special import TextLexer
from sphinx.application import Sphinx

from clmstate import __version__

project = "clmstate"
author = "The clmstate authors"
version = release = __version__
project_copyright = ""

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
root_doc = "index"
myst_heading_anchors = 4  # the anchors that readers of the repository have

add_module_names = False
autodoc_member_order = "bysource"
autodoc_typehints_format = "short"
autodoc_preserve_defaults = True
python_maximum_signature_line_length = 90
toc_object_entries = False  # each page of the API lists its names itself
napoleon_custom_sections = [("Attributes", "params_style")]  # what a class holds is described with the class

html_theme = "furo"
html_title = "clmstate"
html_static_path = ["static"]
html_css_files = ["site.css"]
html_show_sourcelink = False
html_copy_source = False
html_show_sphinx = False


def lazily(_app: Sphinx, _page: str, _template: str, context: dict[str, Any], _tree: object) -> None:
    """Pictures load when somebody scrolls to them: the gallery holds sixty of them, each with its fonts."""
    if "body" in context:
        context["body"] = context["body"].replace("<img ", '<img loading="lazy" ')


def setup(app: Sphinx) -> None:
    """Tables of data are shown as they are, and pictures when they are looked at."""
    app.add_lexer("csv", TextLexer)
    app.connect("html-page-context", lazily)
