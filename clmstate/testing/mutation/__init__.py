"""Mutation testing of models: small mistakes are planted, and good tests notice each of them."""

from clmstate.testing.mutation.changes import Mutant, mutants_of, wiring_mutants
from clmstate.testing.mutation.equal import equal

__all__ = ["Mutant", "equal", "mutants_of", "wiring_mutants"]
