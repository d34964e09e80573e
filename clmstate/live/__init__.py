"""Customers alive: the kernel decides, a python-statemachine chart and listeners are told.

python-statemachine is known in this room only, and loaded when a chart is first asked for.
"""

from clmstate.live.customer import CustomerLife, open_customer
from clmstate.live.life import Life, open_life
from clmstate.live.part import PartLife
from clmstate.live.rooms import RoomLife
from clmstate.live.snapshot import restore_customer, restore_life, snapshot_of, snapshot_of_customer

__all__ = [
    "CustomerLife",
    "Life",
    "PartLife",
    "RoomLife",
    "open_customer",
    "open_life",
    "restore_customer",
    "restore_life",
    "snapshot_of",
    "snapshot_of_customer",
]
