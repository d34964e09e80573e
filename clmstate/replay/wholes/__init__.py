"""Compositions in columns: whole customers, each with all of its parts, millions of rows a second."""

from clmstate.replay.wholes.fleet import Wholes

__all__ = ["Wholes"]
