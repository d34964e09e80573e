"""Presenting: a model as the company meets it, as a page to play with, a deck, a timeline, a storyboard and a hand-out.

A reader of definitions and of pictures: it takes words from `conditions`, scenes and places from `drawing`, journeys from `replay`, and
decides nothing by itself. Importing this room loads no engine.
"""

from clmstate.presenting.decks import Supplied, boards, deck
from clmstate.presenting.pages import page
from clmstate.presenting.storyboard import Feeling

__all__ = ["Feeling", "Supplied", "boards", "deck", "page"]
