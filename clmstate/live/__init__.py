"""Customers alive: the kernel decides, a python-statemachine chart and listeners are told.

python-statemachine is known in this room only, and loaded when a chart is first asked for.
"""

from clmstate.live.customer import CustomerLife, open_customer
from clmstate.live.life import Life, open_life
from clmstate.live.snapshot import restore_customer, restore_life, snapshot_of

__all__ = ["CustomerLife", "Life", "open_customer", "open_life", "restore_customer", "restore_life", "snapshot_of"]
