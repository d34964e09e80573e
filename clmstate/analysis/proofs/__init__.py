"""Proofs about one lifecycle: which rules contradict, which customers fall between them, whether anyone can get stuck.

Loads z3; :func:`clmstate.analysis.check` loads it when it is asked for.
"""

from clmstate.analysis.proofs.checking import check

__all__ = ["check"]
