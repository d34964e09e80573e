"""Versions: a definition as canonical data that loads again without code, and what makes one version differ from another."""

from clmstate.analysis.versions.fingerprints import Fingerprint, fingerprint
from clmstate.analysis.versions.frozen import freeze, frozen, read, thaw

__all__ = ["Fingerprint", "fingerprint", "freeze", "frozen", "read", "thaw"]
