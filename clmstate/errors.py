"""What clmstate says when something is wrong: one shape for every mistake.

A :class:`Diagnostic` names a stable code, the place, the cause and the remedy. Exceptions carry *all* diagnostics that were
found, never only the first, and derive from the builtin a Python programmer would expect: an unknown name is a `KeyError`
too, a bad value a `ValueError` too.
"""

from __future__ import annotations

from collections.abc import Iterable

import attrs

__all__ = [
    "BadValueError",
    "ClmstateError",
    "DefinitionError",
    "Diagnostic",
    "InputError",
    "LivelockError",
    "ObservationError",
    "UnknownNameError",
    "did_you_mean",
    "not_installed",
    "shown",
]


@attrs.frozen
class Diagnostic:
    """One mistake, said so that its author can mend it.

    Attributes:
        code: stable, ``CLM`` and three digits; the first digit is the kind (1 definition, 2 observation, 3 files and command
            line, 4 drawing, 5 findings of the analysis).
        place: where, in the words of the model or file, such as ``Contract.adopt`` or ``log.csv, row 7``.
        cause: what is wrong, as a sentence without its full stop.
        remedy: what to do about it, as a sentence without its full stop.
        where: the file and line of that place, if somebody can open it.

    Example:
        >>> print(Diagnostic("CLM204", "Contract.health", "130 is above 100", "give a score from 0 to 100"))
        CLM204 Contract.health: 130 is above 100. Give a score from 0 to 100.
    """

    code: str
    place: str
    cause: str
    remedy: str
    where: str = attrs.field(default="", eq=False)

    @property
    def place_and_line(self) -> str:
        """The place, with its file and line where they are known."""
        return f"{self.place} ({self.where})" if self.where else self.place

    def __str__(self) -> str:
        remedy = self.remedy[:1].upper() + self.remedy[1:]
        return f"{self.code} {self.place_and_line}: {self.cause}. {remedy}{'' if remedy.endswith(('?', '.')) else '.'}"


class ClmstateError(Exception):
    """Base of all errors that clmstate raises on purpose; carries its diagnostics.

    Example:
        >>> error = ClmstateError([Diagnostic("CLM301", "log.csv", "it does not exist", "check the path")])
        >>> error.diagnostics[0].code
        'CLM301'
    """

    def __init__(self, diagnostics: Iterable[Diagnostic]) -> None:
        self.diagnostics: tuple[Diagnostic, ...] = tuple(diagnostics)
        super().__init__("\n".join(str(d) for d in self.diagnostics))

    def __str__(self) -> str:  # KeyError would show the repr
        return "\n".join(str(d) for d in self.diagnostics)

    def __reduce__(self) -> tuple[object, ...]:
        return (type(self), (self.diagnostics,))


class DefinitionError(ClmstateError, TypeError):
    """A lifecycle, condition or composition is not well-formed; raised when the class is defined.

    Example:
        >>> issubclass(DefinitionError, TypeError)
        True
    """


class ObservationError(ClmstateError):
    """An observation was refused; the customer is exactly as before.

    Example:
        >>> issubclass(BadValueError, ObservationError) and issubclass(UnknownNameError, ObservationError)
        True
    """


class BadValueError(ObservationError, ValueError):
    """A value of the wrong type, out of bounds or not finite, or a time that runs backwards.

    Example:
        >>> issubclass(BadValueError, ValueError)
        True
    """


class UnknownNameError(ObservationError, KeyError):
    """A signal, event, phase, part or instance that does not exist (any more).

    Example:
        >>> issubclass(UnknownNameError, KeyError)
        True
    """


class LivelockError(ObservationError, RuntimeError):
    """The rules never settle for this customer; the message shows the cycle in words.

    Example:
        >>> issubclass(LivelockError, RuntimeError)
        True
    """


class InputError(ClmstateError, ValueError):
    """A file, a log, a model name or a command line that cannot be used.

    Example:
        >>> issubclass(InputError, ValueError)
        True
    """


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """A remedy that names the nearest known names, or lists them when they are few.

    Example:
        >>> did_you_mean("seat_used", ["seats_used", "health"])
        "did you mean 'seats_used'?"
        >>> did_you_mean("xyz", ["seats_used", "health"])
        'known are: health, seats_used'
    """
    import difflib  # only mistakes need it

    names = sorted(set(known))
    near = difflib.get_close_matches(name, names, n=3, cutoff=0.6)
    if near:
        alike = [difflib.SequenceMatcher(None, name, each).ratio() for each in near]
        near = [each for each, how in zip(near, alike, strict=True) if how > alike[0] - 0.2]  # a good guess beats a guess
        return "did you mean " + " or ".join(repr(n) for n in near) + "?"
    if not names:
        return "there are none"
    shown = ", ".join(names[:12])
    return f"known are: {shown}" + (f" and {len(names) - 12} more" if len(names) > 12 else "")


def not_installed(place: str, wants: str, package: str, extra: str, otherwise: str = "") -> InputError:
    """An error about a package that only some need, and that is not there.

    Args:
        place: what was asked for.
        wants: what needs the package, as the beginning of a sentence.
        package: its name.
        extra: the extra that brings it.
        otherwise: what can be done without it.

    Example:
        >>> print(not_installed("log.parquet", "reading Parquet", "polars", "parquet", "use CSV"))
        CLM306 log.parquet: reading Parquet needs the package polars, which is not installed. Install it: pip install 'clmstate[parquet]'; or use CSV.
    """
    remedy = f"install it: pip install 'clmstate[{extra}]'"
    cause = f"{wants} needs the package {package}, which is not installed"
    return InputError([Diagnostic("CLM306", place, cause, f"{remedy}; or {otherwise}" if otherwise else remedy)])


def shown(value: object, most: int = 60) -> str:
    """The repr of anything that somebody gave us, shortened to one line; a foreign object's own repr may fail, ours must not.

    Example:
        >>> shown("Pro"), shown(tuple(range(100)), 20)
        ("'Pro'", '(0, 1, 2, 3, 4, 5...')
    """
    try:
        text = repr(value)
        text.encode()
    except Exception as error:  # noqa: BLE001 -- whatever a foreign repr raises, the mistake is still to be said
        text = f"<{type(value).__name__}, whose repr raises {type(error).__name__}>"
    text = " ".join(text.split())
    return text if len(text) <= most else text[: most - 3] + "..."
