"""Presenting: a model as the company meets it, as a page to play with, a deck, a timeline, a storyboard and a hand-out.

A reader of definitions and of pictures: it takes words from `conditions`, scenes and places from `drawing`, journeys from `replay`, and
decides nothing by itself. Importing this room loads no engine.
"""

from clmstate.presenting.board import Board
from clmstate.presenting.boards_svg import board_png, board_svg
from clmstate.presenting.decks import boards, deck
from clmstate.presenting.handouts import Handout, Table, handout
from clmstate.presenting.pages import page
from clmstate.presenting.pictures import storyboard, timeline
from clmstate.presenting.printed import as_markdown, as_pdf, as_xlsx
from clmstate.presenting.supplied import Feeling, Supplied, read_supplied

__all__ = [
    "Board",
    "Feeling",
    "Handout",
    "Supplied",
    "Table",
    "as_markdown",
    "as_pdf",
    "as_xlsx",
    "board_png",
    "board_svg",
    "boards",
    "deck",
    "handout",
    "page",
    "read_supplied",
    "storyboard",
    "timeline",
]
