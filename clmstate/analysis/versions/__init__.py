"""Versions: a definition as canonical data that loads again without code, and what makes one version differ from another."""

from clmstate.analysis.versions.comparing import diff
from clmstate.analysis.versions.difference import Aspect, Change, Customer, Difference, Span, Verdict, spans
from clmstate.analysis.versions.fingerprints import Fingerprint, fingerprint
from clmstate.analysis.versions.frozen import freeze, frozen, read, thaw

__all__ = [
    "Aspect",
    "Change",
    "Customer",
    "Difference",
    "Fingerprint",
    "Span",
    "Verdict",
    "diff",
    "fingerprint",
    "freeze",
    "frozen",
    "read",
    "spans",
    "thaw",
]
