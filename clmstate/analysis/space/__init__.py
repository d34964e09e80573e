"""The states that a model can be in, and whether its promises hold in all of them.

`prove` asks whether promises hold; `findings` says what is to be mended; `states` counts. From below: `facts` cuts what may be known of a part
into the few ways that rules tell apart, `ways` says what a part may do in a round, `blueprint` lays a model out flat, `crowds` says what
roll-ups over any number of members may come to, `looks` what a picture says, `explore` goes from state to state, `watches` are promises that
look on, `possible` looks for ways that are certain, `replays` and `logs` bring what was found onto the compiled engine.
"""

from clmstate.analysis.space.counting import Count, states
from clmstate.analysis.space.proving import Proof, Verdict, prove
from clmstate.analysis.space.verdicts import findings

__all__ = ["Count", "Proof", "Verdict", "findings", "prove", "states"]
