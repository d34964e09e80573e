"""Versions: a definition as canonical data that loads again without code, and what makes one version differ from another."""

from clmstate.analysis.versions.approvals import Approval, Approved, approve, approved, read_approvals, written_approvals
from clmstate.analysis.versions.carrying import carried
from clmstate.analysis.versions.comparing import diff
from clmstate.analysis.versions.difference import CONDITIONS, Aspect, Change, Customer, Difference, Span, Verdict, spans
from clmstate.analysis.versions.fingerprints import Fingerprint, fingerprint
from clmstate.analysis.versions.frozen import freeze, frozen, read, thaw
from clmstate.analysis.versions.migrating import Migration, migration
from clmstate.analysis.versions.renaming import renamed

__all__ = [
    "CONDITIONS",
    "Approval",
    "Approved",
    "Aspect",
    "Change",
    "Customer",
    "Difference",
    "Fingerprint",
    "Migration",
    "Span",
    "Verdict",
    "approve",
    "approved",
    "carried",
    "diff",
    "fingerprint",
    "freeze",
    "frozen",
    "migration",
    "read",
    "read_approvals",
    "renamed",
    "spans",
    "thaw",
    "written_approvals",
]
