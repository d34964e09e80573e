"""Another engine in the place of a definition's own: one that watches, or one of a model that was changed on purpose.

For tests of models only. An engine that nobody replaced knows nothing of this, and pays nothing for it.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping

from clmstate.kernel import compile as compiling
from clmstate.kernel.compile import Compiled
from clmstate.lifecycle import LifecycleDefinition

__all__ = ["standing_in"]


@contextlib.contextmanager
def standing_in(engines: Mapping[LifecycleDefinition, Compiled]) -> Iterator[None]:
    """As long as it is open, customers that are opened run on these engines; those that are open already stay as they are.

    Args:
        engines: for each definition the engine that stands in for its own.

    Example:
        >>> from clmstate import Lifecycle, Phase, Signal
        >>> from clmstate.kernel import compiled
        >>> class Deal(Lifecycle):
        ...     health = Signal.score("health")
        ...     fine, alarm = Phase("Fine", initial=True), Phase("Alarm")
        ...     worry = fine.to(alarm, when=health < 60)
        >>> class Calm(Deal):
        ...     worry = Deal.worry.evolve(when=Deal.health < 10)
        >>> with standing_in({Deal.definition: compiled(Calm.definition)}):
        ...     Deal("Acme").observe(health=30)
        ()
        >>> len(Deal("Acme").observe(health=30))
        1
    """
    known = {definition: compiling._COMPILED.get(definition) for definition in engines}
    compiling._COMPILED.update(engines)
    try:
        yield
    finally:
        for definition, engine in known.items():
            if engine is None:
                compiling._COMPILED.pop(definition, None)
            else:
                compiling._COMPILED[definition] = engine
