"""What a success gap costs while it is open: the four kinds that the source names, each with how we would see it on a bill (S0.42 to S0.45)."""

__all__ = ["EMPLOYEES", "SUPPORT_HOURS", "TRUST", "VALUE"]

VALUE = "value that they paid for and do not get"
SUPPORT_HOURS = "hours in Support for questions that should not arise"
EMPLOYEES = "our own people, who are tired of explaining the same thing"
TRUST = "their trust in us and in what we sell"
