"""Lines of a text file, one after the other, none longer than a bound: a line of 1 GB is passed over without being loaded."""

from __future__ import annotations

import codecs
from collections.abc import Callable, Iterator
from typing import BinaryIO, Final, Self

from clmstate.errors import Diagnostic, InputError

__all__ = ["LONGEST_LINE", "BadLine", "checked_start", "line_text", "lines"]

LONGEST_LINE: Final = 1_000_000
"""Bytes of the longest line that is read."""

_CHUNK: Final = 1 << 16


class BadLine(str):
    """Stands for a line that cannot be read; its text is the cause.

    Attributes:
        remedy: what to do about it.

    Example:
        >>> BadLine("the line is longer than 1,000,000 bytes", "make two of it").remedy
        'make two of it'
    """

    __slots__ = ("remedy",)
    remedy: str

    def __new__(cls, cause: str, remedy: str) -> Self:
        """A text that knows how to be mended."""
        line = super().__new__(cls, cause)
        line.remedy = remedy
        return line


def lines(file: BinaryIO, source: str, seen: Callable[[int], object] = lambda _: None) -> Iterator[tuple[int, str]]:
    r"""The numbered lines of a UTF-8 file without their ends; what cannot be read is a :class:`BadLine`.

    Args:
        file: opened for reading bytes.
        source: what a diagnostic names.
        seen: told how many bytes have been read, now and then.

    Raises:
        InputError: CLM302, when the file is in another encoding altogether.

    Example:
        >>> import io
        >>> list(lines(io.BytesIO(b"a\r\nb"), "log.csv"))
        [(1, 'a'), (2, 'b')]
    """
    number = read = told = 0
    while chunk := file.readline(LONGEST_LINE + 2):
        number += 1
        read += len(chunk)
        if number == 1:
            chunk = checked_start(chunk, source)
        if len(chunk) > LONGEST_LINE and not chunk.endswith(b"\n"):
            while (rest := file.readline(_CHUNK)) and not rest.endswith(b"\n"):
                read += len(rest)
                if read - told > 1 << 22:
                    told = read
                    seen(read)
        yield number, line_text(chunk)
        if read - told > 1 << 18:
            told = read
            seen(read)
    seen(read)


def line_text(chunk: bytes) -> str:
    r"""A line without its end, or why it cannot be read.

    Args:
        chunk: the line, or of one that is too long the first :data:`LONGEST_LINE` bytes and some more.

    Example:
        >>> line_text(b"a,b\r\n")
        'a,b'
    """
    if len(chunk) > LONGEST_LINE + 2 or (len(chunk) > LONGEST_LINE and not chunk.endswith(b"\n")):
        return BadLine(f"the line is longer than {LONGEST_LINE:,} bytes", "see whether its quotes are closed, or leave it out")
    try:
        return chunk.rstrip(b"\r\n").decode()
    except UnicodeDecodeError as error:
        return BadLine(f"byte {error.start + 1} (0x{chunk[error.start]:02x}) is not UTF-8", _resaved(chunk[error.start]))


def _resaved(byte: int) -> str:
    """How to mend a text in another encoding, most often the one that spreadsheets on Windows call plain CSV."""
    letter = bytes((byte,)).decode("cp1252", "replace")
    if letter.isalpha() or letter in "€‘’“”–":
        return f"save the file as UTF-8: it looks like Windows-1252, in which this byte is {letter!r}"
    return "save the file as UTF-8"


def checked_start(chunk: bytes, source: str) -> bytes:
    """The first line without its byte order mark.

    Raises:
        InputError: CLM302, when the file is in another encoding altogether.

    Example:
        >>> checked_start(codecs.BOM_UTF8 + b"customer,at", "log.csv")
        b'customer,at'
    """
    if chunk.startswith(b"PAR1"):
        raise InputError([Diagnostic("CLM302", source, "it is a Parquet file", "name it with the ending .parquet")])
    if chunk.startswith(b"PK\x03\x04"):
        raise InputError([Diagnostic("CLM302", source, "it is a workbook or an archive", "save the table as CSV (UTF-8)")])
    if chunk.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) or b"\0" in chunk[:4096]:
        raise InputError(
            [Diagnostic("CLM302", source, "it is not in UTF-8 (it looks like UTF-16, or is no text)", "save it as UTF-8")]
        )
    chunk = chunk.removeprefix(codecs.BOM_UTF8)
    if b"\r" in chunk.rstrip(b"\r\n"):
        raise InputError(
            [Diagnostic("CLM302", source, "its lines end with a carriage return alone", "save it with LF or CRLF as line ends")]
        )
    return chunk
