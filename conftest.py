"""For doctests: pytest would load the first module that it collects of a package twice, and nothing of one would be an instance of the other."""

import clmstate.composition  # noqa: F401 -- with it come all rooms that users' classes are made of
