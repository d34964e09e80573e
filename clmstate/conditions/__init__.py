"""Conditions: rules over signals as frozen nodes, the facades that build them, and their translations as siblings.

Back-ends here: `evaluate` (three truth values), `lower` (literals for the kernel), `words` (the business's language), `free`
(which names are read), `simplify`. A translation to SMT and one to columns stand beside them as modules of their own.
"""

from clmstate.conditions.declare import Signal
from clmstate.conditions.evaluate import Picture, Truth, evaluate, term_value
from clmstate.conditions.facade import Condition, node_of, unless
from clmstate.conditions.facts import Choice, Date, Flag, Number, SignalFacade
from clmstate.conditions.free import Reads, free_signals, reads
from clmstate.conditions.mistakes import Given, Home, Mistake
from clmstate.conditions.numbers import Elapsed, Numeric, days_in_phase
from clmstate.conditions.simplify import simplify
from clmstate.conditions.thresholds import Threshold
from clmstate.conditions.words import Vocabulary, phrase, words

__all__ = [
    "Choice",
    "Condition",
    "Date",
    "Elapsed",
    "Flag",
    "Given",
    "Home",
    "Mistake",
    "Number",
    "Numeric",
    "Picture",
    "Reads",
    "Signal",
    "SignalFacade",
    "Threshold",
    "Truth",
    "Vocabulary",
    "days_in_phase",
    "evaluate",
    "free_signals",
    "node_of",
    "phrase",
    "reads",
    "simplify",
    "term_value",
    "unless",
    "words",
]
