"""Logs of real and imagined customers, and what they do in a model.

polars is loaded here only, and only for Parquet.
"""

from clmstate.replay.instants import Instant, by_instant
from clmstate.replay.log import Format, format_of, read_log, write_log
from clmstate.replay.play import play
from clmstate.replay.playing import Step
from clmstate.replay.rows import ACTS, FIXED, VERSION, Log, Record, Rejected, Row
from clmstate.replay.shape import Column, Model, PartShape, Shape, Way, shape_of

__all__ = [
    "ACTS",
    "FIXED",
    "VERSION",
    "Column",
    "Format",
    "Instant",
    "Log",
    "Model",
    "PartShape",
    "Record",
    "Rejected",
    "Row",
    "Shape",
    "Step",
    "Way",
    "by_instant",
    "format_of",
    "play",
    "read_log",
    "shape_of",
    "write_log",
]
