"""Our font files, and as much of one as a picture needs: a few glyphs instead of thirteen hundred.

What is cut keeps the numbers of its glyphs, so that widths, PDF and kerning need no second numbering; glyphs that nobody asks for become empty.
Kerning comes from `metrics.json`, by which text was measured, as a plain table of pairs.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterable, Iterator, Mapping
from functools import cache, cached_property, lru_cache

from clmstate.drawing.measure import FONTS, Face, kerned

__all__ = ["TrueType", "font", "woff"]

_KEPT = ("OS/2", "head", "hhea", "maxp", "name", "post")
_MAGIC = 0xB1B0AFBA  # what all words of a font file add up to
_WORDS, _SCALE, _TWO_SCALES, _MATRIX, _MORE = 0x1, 0x8, 0x40, 0x80, 0x20  # of a glyph that is made of others


class TrueType:
    """What is needed of one of our TrueType files.

    Example:
        >>> font("Regular").ids[ord("A")] > 0
        True
    """

    def __init__(self, face: Face) -> None:
        self.face = face
        self.data = (FONTS / f"Inter-{face}.ttf").read_bytes()
        count = struct.unpack(">H", self.data[4:6])[0]
        self.tables = {
            self.data[at : at + 4].decode("ascii"): struct.unpack(">II", self.data[at + 8 : at + 16])
            for at in range(12, 12 + 16 * count, 16)
        }
        head, hhea = self.tables["head"][0], self.tables["hhea"][0]
        self.units = int.from_bytes(self.data[head + 18 : head + 20], "big")
        self.box = struct.unpack(">hhhh", self.data[head + 36 : head + 44])
        self.ascent, self.descent = struct.unpack(">hh", self.data[hhea + 4 : hhea + 8])
        self.metrics = struct.unpack(">H", self.data[hhea + 34 : hhea + 36])[0]
        self.ids = dict(self._characters())

    def table(self, tag: str) -> bytes:
        """A table as it is in the file."""
        start, length = self.tables[tag]
        return self.data[start : start + length]

    def width(self, glyph: int) -> int:
        """How wide a glyph is, in thousandths of the type size."""
        at = self.tables["hmtx"][0] + 4 * min(glyph, self.metrics - 1)
        return round(int.from_bytes(self.data[at : at + 2], "big") * 1000 / self.units)

    def cut(self, characters: Iterable[str], pairs: Iterable[str] = ()) -> bytes:
        """A font file with those characters alone, and the kerning of those pairs.

        Example:
            >>> len(font("Bold").data) > 10 * len(font("Bold").cut("Trial"))
            True
        """
        ids = {ord(char): self.ids[ord(char)] for char in characters if ord(char) in self.ids}
        glyphs = self._with_parts({0, *ids.values()})
        glyf, loca = self._glyphs(glyphs)
        tables = {tag: self.table(tag) for tag in _KEPT}
        tables |= {"cmap": _cmap(ids), "glyf": glyf, "loca": loca, "hmtx": self._widths(glyphs)}
        kern = self._kern(ids, pairs)
        return _file(tables | ({"kern": kern} if kern else {}))

    @cached_property
    def _places(self) -> tuple[int, ...]:
        long = struct.unpack(">h", self.table("head")[50:52])[0]
        loca = self.table("loca")
        return (
            struct.unpack(f">{len(loca) // 4}L", loca) if long else tuple(2 * n for n in struct.unpack(f">{len(loca) // 2}H", loca))
        )

    def _outline(self, glyph: int) -> bytes:
        start = self.tables["glyf"][0]
        return self.data[start + self._places[glyph] : start + self._places[glyph + 1]]

    def _with_parts(self, glyphs: set[int]) -> set[int]:
        """Glyphs with those that they are made of."""
        found, new = set(glyphs), set(glyphs)
        while new:
            new = {part for glyph in new for part in _parts(self._outline(glyph))} - found
            found |= new
        return found

    def _glyphs(self, kept: set[int]) -> tuple[bytes, bytes]:
        """The tables of outlines and of where they begin."""
        outlines: list[bytes] = []
        places: list[int] = []  # of those that are left out: where the next one begins
        at = 0
        for glyph in sorted(kept):
            outline = self._outline(glyph)
            places += [at] * (glyph + 1 - len(places))
            outlines.append(outline + b"\0" * (-len(outline) % 4))
            at += len(outlines[-1])
        places += [at] * (len(self._places) - len(places))
        long = struct.unpack(">h", self.table("head")[50:52])[0]
        return b"".join(outlines), struct.pack(f">{len(places)}L", *places) if long else struct.pack(
            f">{len(places)}H", *(p // 2 for p in places)
        )

    def _widths(self, kept: set[int]) -> bytes:
        """The table of widths, empty where no glyph is left, for it is then hardly there when compressed."""
        hmtx, end = self.table("hmtx"), 4 * self.metrics
        widths = bytearray(end)
        for at in (4 * glyph for glyph in kept if glyph < self.metrics):
            widths[at : at + 4] = hmtx[at : at + 4]
        return bytes(widths) + hmtx[end:]

    def _kern(self, ids: Mapping[int, int], pairs: Iterable[str]) -> bytes:
        """The table of pairs that stand closer or wider."""
        found = {
            (ids[ord(left)], ids[ord(right)]): round(closer * self.units / 1000)
            for left, right in map(tuple, pairs)
            if ord(left) in ids and ord(right) in ids and (closer := kerned(left + right, self.face))
        }
        if not found:
            return b""
        search = 1 << (len(found).bit_length() - 1)
        head = struct.pack(">HHHH", len(found), 6 * search, search.bit_length() - 1, 6 * (len(found) - search))
        body = b"".join(struct.pack(">HHh", left, right, closer) for (left, right), closer in sorted(found.items()))
        return struct.pack(">HHHHH", 0, 1, 0, 6 + len(head) + len(body), 1) + head + body

    def _characters(self) -> Iterator[tuple[int, int]]:
        """Glyphs by character, from a table of format 4 or 12."""
        start = self.tables["cmap"][0]
        for i in range(struct.unpack(">H", self.data[start + 2 : start + 4])[0]):
            at = start + struct.unpack(">I", self.data[start + 8 + 8 * i : start + 12 + 8 * i])[0]
            form = struct.unpack(">H", self.data[at : at + 2])[0]
            if form == 12:
                for k in range(struct.unpack(">I", self.data[at + 12 : at + 16])[0]):
                    first, last, glyph = struct.unpack(">III", self.data[at + 16 + 12 * k : at + 28 + 12 * k])
                    yield from ((code, glyph + code - first) for code in range(first, last + 1))
            elif form == 4:
                yield from self._segments(at)

    def _segments(self, at: int) -> Iterator[tuple[int, int]]:
        double = struct.unpack(">H", self.data[at + 6 : at + 8])[0]
        for k in range(0, double, 2):
            last = struct.unpack(">H", self.data[at + 14 + k : at + 16 + k])[0]
            first, delta, offset = (
                struct.unpack(">H", self.data[at + 16 + n * double + k : at + 18 + n * double + k])[0] for n in (1, 2, 3)
            )
            place = at + 16 + 3 * double + k
            for code in range(first, min(last, 0xFFFE) + 1):
                if offset == 0:
                    yield code, (code + delta) & 0xFFFF
                else:
                    here = place + offset + 2 * (code - first)
                    glyph = struct.unpack(">H", self.data[here : here + 2])[0]
                    yield code, (glyph + delta) & 0xFFFF if glyph else 0


@cache
def font(face: Face) -> TrueType:
    """One of our typefaces, read once.

    Example:
        >>> font("Italic").units > 0
        True
    """
    return TrueType(face)


@lru_cache(64)
def woff(face: Face, characters: frozenset[str], pairs: frozenset[str]) -> bytes:
    """The same as a web font (WOFF 1.0, W3C 2012: each table compressed on its own).

    Example:
        >>> woff("Regular", frozenset("Trial"), frozenset())[:4]
        b'wOFF'
    """
    data = font(face).cut(sorted(characters), sorted(pairs))
    count = struct.unpack(">H", data[4:6])[0]
    offset = 44 + 20 * count
    entries, bodies = b"", b""
    for at in range(12, 12 + 16 * count, 16):
        tag, checksum, start, length = struct.unpack(">4sLLL", data[at : at + 16])
        plain = data[start : start + length]
        packed = zlib.compress(plain, 9)
        body = packed if len(packed) < length else plain
        entries += struct.pack(">4sLLLL", tag, offset + len(bodies), len(body), length, checksum)
        bodies += body + b"\0" * (-len(body) % 4)
    whole = offset + len(bodies)
    return struct.pack(">4sLLHHLHHLLLLL", b"wOFF", 0x00010000, whole, count, 0, len(data), 1, 0, 0, 0, 0, 0, 0) + entries + bodies


def _parts(outline: bytes) -> Iterator[int]:
    """The glyphs that a glyph is made of, if it is made of others."""
    if len(outline) < 2 or struct.unpack(">h", outline[:2])[0] >= 0:
        return
    at, more = 10, True
    while more:
        flags, glyph = struct.unpack(">HH", outline[at : at + 4])
        yield glyph
        at += 4 + (4 if flags & _WORDS else 2)
        at += 2 if flags & _SCALE else 4 if flags & _TWO_SCALES else 8 if flags & _MATRIX else 0
        more = bool(flags & _MORE)


def _cmap(ids: Mapping[int, int]) -> bytes:
    """Glyphs by character (format 4), one segment for each."""
    codes = [*sorted(code for code in ids if code < 0xFFFF), 0xFFFF]
    deltas = [(ids[code] - code) & 0xFFFF for code in codes[:-1]] + [1]
    count = len(codes)
    search = 1 << (count.bit_length() - 1)
    words = struct.pack(f">{count}H", *codes)
    body = struct.pack(">HHHH", 2 * count, 2 * search, search.bit_length() - 1, 2 * (count - search))
    body += words + b"\0\0" + words + struct.pack(f">{count}H", *deltas) + bytes(2 * count)
    return struct.pack(">HHHHL", 0, 1, 3, 1, 12) + struct.pack(">HHH", 4, 6 + len(body), 0) + body


def _file(tables: Mapping[str, bytes]) -> bytes:
    """Tables as one font file."""
    count = len(tables)
    search = 1 << (count.bit_length() - 1)
    start = 12 + 16 * count
    head = struct.pack(">LHHHH", 0x00010000, count, 16 * search, search.bit_length() - 1, 16 * (count - search))
    body, at = b"", 0
    for tag in sorted(tables):
        data = tables[tag]
        if tag == "head":
            data, at = data[:8] + bytes(4) + data[12:], start + len(body) + 8
        head += struct.pack(">4sLLL", tag.encode("ascii"), _sum(data), start + len(body), len(data))
        body += data + b"\0" * (-len(data) % 4)
    whole = head + body
    return whole[:at] + struct.pack(">L", (_MAGIC - _sum(whole)) & 0xFFFFFFFF) + whole[at + 4 :]


def _sum(data: bytes) -> int:
    padded = data + b"\0" * (-len(data) % 4)
    words: tuple[int, ...] = struct.unpack(f">{len(padded) // 4}L", padded)
    return sum(words) & 0xFFFFFFFF
