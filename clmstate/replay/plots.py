"""Plots of fleets as SVG: lines, bands that add up, bars, ranges, grids of shares. Plain, labelled where the eye is, and legible without colour.

Colours are those of Okabe and Ito (2008), which people with any colour vision tell apart.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Mapping, Sequence
from html import escape
from typing import Final

import attrs

__all__ = ["Axis", "Series", "bands", "bars", "grid", "lines", "ranges", "share"]

WIDTH: Final = 960.0
HEIGHT: Final = 480.0
LEFT, RIGHT, TOP, BOTTOM = 64.0, 200.0, 64.0, 48.0
INK, QUIET, RULE, PAPER = "#1B2430", "#5B6675", "#DDE3EA", "#FFFFFF"
COLOURS: Final = ("#0072B2", "#E69F00", "#009E73", "#D55E00", "#56B4E9", "#CC79A7", "#8A7A00", "#555555", "#7B4FA3", "#1B998B")
DASHES: Final = ("", "7 4", "2 3", "10 3 2 3")

Points = Sequence[tuple[float, float]]


@attrs.frozen
class Series:
    """One line or band.

    Attributes:
        label: what it is; written at its end.
        points: x and y, in order of x.
        steps: whether it stays level until the next point.
        low, high: the edges of an interval around it, as points.
        faint: whether it is beside the point: drawn in grey, and broken.

    Example:
        >>> Series("Success", [(0, 1)]).steps
        False
    """

    label: str
    points: Points
    steps: bool = False
    low: Points = ()
    high: Points = ()
    faint: bool = False


@attrs.frozen
class Axis:
    """An axis.

    Attributes:
        label: what is measured.
        dates: whether numbers are instants in microseconds.
        percent: whether numbers are shares.
        least, most: ends; by default those of the data.

    Example:
        >>> Axis("customers").show(1200.0)
        '1,200'
    """

    label: str
    dates: bool = False
    percent: bool = False
    least: float | None = None
    most: float | None = None

    def show(self, x: float) -> str:
        """A number as it is written beside the axis."""
        if self.dates:
            return (dt.datetime(1970, 1, 1, tzinfo=dt.UTC) + dt.timedelta(microseconds=x)).strftime("%Y-%m-%d")
        if self.percent:
            return f"{x * 100:.4g} %"
        return f"{x:,.0f}" if abs(x) >= 100 or x == int(x) else f"{x:.4g}"


def lines(title: str, series: Sequence[Series], x: Axis, y: Axis, note: str = "", mark: float | None = None) -> str:
    """A chart of lines.

    Args:
        title: what the chart says.
        series: the lines.
        x, y: the axes.
        note: how to read it.
        mark: what x is today; a line shows it.

    Returns:
        An SVG document.

    Example:
        >>> lines("Two", [Series("a", [(0, 1), (1, 2)])], Axis("day"), Axis("n"))[:4]
        '<svg'
    """
    frame = _Frame(title, note, x, y, [p for s in series for p in (*s.points, *s.low, *s.high)])
    ends = []
    if mark is not None and frame.x0 <= mark <= frame.x1:
        at = frame.x(mark)
        frame.add(f'<line x1="{at:.1f}" x2="{at:.1f}" y1="{TOP}" y2="{HEIGHT - BOTTOM}" stroke="{QUIET}" stroke-dasharray="2 4"/>')
        frame.parts.append(_text(at, TOP - 10, f"today: {x.show(mark)}", QUIET, "middle"))
    for place, one in enumerate(series):
        colour = QUIET if one.faint else COLOURS[place % len(COLOURS)]
        dash = "3 4" if one.faint else DASHES[place // len(COLOURS) % len(DASHES)]
        if one.low and one.high:
            edge = [*_stepped(one.high, one.steps), *reversed(_stepped(one.low, one.steps))]
            frame.add(f'<path d="{frame.path(edge)}Z" fill="{colour}" opacity="0.15"/>')
        frame.add(
            f'<path d="{frame.path(_stepped(one.points, one.steps))}" fill="none" stroke="{colour}" stroke-width="2.5" '
            f'stroke-linejoin="round" stroke-dasharray="{dash}"/>'
        )
        if len(one.points) <= 12:
            frame.parts += [f'<circle cx="{frame.x(a):.1f}" cy="{frame.y(b):.1f}" r="3.5" fill="{colour}"/>' for a, b in one.points]
        if one.points:
            ends.append((frame.y(one.points[-1][1]), one.label, colour))
    frame.labels(ends)
    return frame.svg()


def bands(title: str, series: Sequence[Series], x: Axis, y: Axis, note: str = "") -> str:
    """A chart of bands that add up; all series have the same x.

    Example:
        >>> bands("Two", [Series("a", [(0, 1), (1, 2)]), Series("b", [(0, 1), (1, 1)])], Axis("day"), Axis("n"))[:4]
        '<svg'
    """
    totals = [sum(one.points[i][1] for one in series) for i in range(len(series[0].points))] if series else [0.0]
    every = [(p[0], 0.0) for one in series for p in one.points] + [(series[0].points[0][0], max(totals))] if series else []
    frame = _Frame(title, note, x, y, every)
    floor = [(a, 0.0) for a, _ in series[0].points] if series else []
    ends = []
    for place, one in enumerate(series):
        roof = [(a, low + b) for (a, low), (_, b) in zip(floor, one.points, strict=True)]
        colour = COLOURS[place % len(COLOURS)]
        frame.add(f'<path d="{frame.path([*roof, *reversed(floor)])}Z" fill="{colour}" stroke="{PAPER}" stroke-width="1"/>')
        if roof and roof[-1][1] > floor[-1][1]:
            ends.append((frame.y((roof[-1][1] + floor[-1][1]) / 2), f"{one.label}  {y.show(one.points[-1][1])}", colour))
        floor = roof
    frame.labels(ends)
    return frame.svg()


def bars(
    title: str, values: Sequence[tuple[str, Mapping[str, float]]], show: Callable[[float], str] = "{:,.0f}".format, note: str = ""
) -> str:
    """Horizontal bars: for each label one bar for each of its named values, one below the other.

    Example:
        >>> bars("Two", [("a", {"old": 1, "new": 2})])[:4]
        '<svg'
    """
    names = list(dict.fromkeys(name for _, group in values for name in group))
    thick = 15.0
    step = thick * max(1, len(names)) + 14
    top = TOP + (20 if len(names) > 1 else 0)
    height = top + step * max(1, len(values)) + 24
    most = max((abs(n) for _, group in values for n in group.values()), default=1.0) or 1.0
    left = 24 + min(330.0, 7.4 * max((len(label) for label, _ in values), default=1))
    parts = _title(title, note) + ([] if values else [_text(24, top + 11.5, "none", QUIET)])
    if len(names) > 1:
        at = left
        for place, name in enumerate(names):
            parts.append(f'<rect x="{at}" y="{TOP - 8}" width="12" height="12" fill="{COLOURS[place]}"/>')
            parts.append(_text(at + 18, TOP + 2, name, QUIET))
            at += 40 + 7.5 * len(name)
    for row, (label, group) in enumerate(values):
        y = top + row * step
        parts.append(_text(left - 10, y + thick * len(names) / 2 + 4.5, label, INK, "end"))
        for place, name in enumerate(names):
            value = group.get(name, 0.0)
            width = (WIDTH - left - 90) * abs(value) / most
            bar = y + place * thick
            parts.append(f'<rect x="{left}" y="{bar}" width="{width:.1f}" height="{thick - 2}" fill="{COLOURS[place]}"/>')
            parts.append(_text(left + width + 6, bar + 11.5, show(value), QUIET))
    return _document(parts, height, title)


def ranges(title: str, values: Sequence[tuple[str, float | None, float | None, float | None, str]], x: str, note: str = "") -> str:
    """Horizontal ranges: for each label a bar from a low to a high value with a mark at the middle one, and what is written behind it.

    Values that nobody knows are missing; a bar whose high end is unknown goes on to the edge, and fades.

    Example:
        >>> ranges("One", [("a", 1.0, 2.0, None, "2 days")], "days")[:4]
        '<svg'
    """
    step, thick, top = 34.0, 16.0, TOP
    height = top + step * len(values) + 44
    most = max((n for _, *known, _ in values for n in known if n is not None), default=1.0) or 1.0
    left = 24 + min(330.0, 7.4 * max((len(label) for label, *_ in values), default=1))
    wide = WIDTH - left - 190
    parts = _title(title, note)
    for mark in [m for m in _ticks(0, most) if m <= most]:
        at = left + wide * mark / most
        parts.append(f'<line x1="{at:.1f}" x2="{at:.1f}" y1="{top - 8}" y2="{height - 40}" stroke="{RULE}"/>')
        parts.append(_text(at, height - 22, f"{mark:,.6g}", QUIET, "middle"))
    parts.append(_text(left + wide, height - 6, x, INK, "end"))
    for row, (label, low, middle, high, said) in enumerate(values):
        y = top + row * step
        parts.append(_text(left - 10, y + thick / 2 + 4.5, label, INK, "end"))
        if low is not None:
            begin, end = (left + wide * n / most for n in (low, most if high is None else high))
            faint = "0.25" if high is None else "0.45"
            width = max(2.0, end - begin)
            parts.append(
                f'<rect x="{begin:.1f}" y="{y}" width="{width:.1f}" height="{thick}" fill="{COLOURS[0]}" opacity="{faint}"/>'
            )
        if middle is not None:
            at = left + wide * middle / most
            parts.append(f'<rect x="{at - 2:.1f}" y="{y - 3}" width="4" height="{thick + 6}" fill="{COLOURS[0]}"/>')
        parts.append(_text(WIDTH - 24, y + thick / 2 + 4.5, said, QUIET, "end"))
    return _document(parts, height, title)


def grid(
    title: str, rows: Sequence[str], columns: Sequence[str], cells: Mapping[tuple[str, str], float], note: str = "", x: str = ""
) -> str:
    """A grid of shares, each written in its cell and shaded by it; what is not known is left empty.

    Args:
        title: what it says.
        rows, columns: their labels.
        cells: shares from 0 to 1, by row and column.
        note: how to read it.
        x: what the columns are.

    Example:
        >>> grid("One", ["a"], ["b"], {("a", "b"): 0.5})[:4]
        '<svg'
    """
    left = 24 + min(220.0, 7.6 * max((len(label) for label in rows), default=1))
    wide = min(110.0, (WIDTH - left - 24) / max(1, len(columns)))
    slanted = any(7.2 * len(column) > wide for column in columns)
    top, tall = TOP + (18 if x else 0) + (54 if slanted else 14), 30.0
    height = top + tall * len(rows) + 24
    parts = _title(title, note)
    if x:
        parts.append(_text(left + wide * len(columns) / 2, TOP + 6, x, QUIET, "middle"))
    for place, column in enumerate(columns):
        at = left + wide * (place + 0.5)
        turned = f' transform="rotate(-35 {at:.1f} {top - 8:.1f})"' if slanted else ""
        parts.append(f"<g{turned}>{_text(at, top - 8, column, INK, 'start' if slanted else 'middle')}</g>")
    for line, row in enumerate(rows):
        y = top + line * tall
        parts.append(_text(left - 10, y + tall / 2 + 4.5, row, INK, "end"))
        for place, column in enumerate(columns):
            value = cells.get((row, column))
            if value is None:
                continue
            corner = left + place * wide
            parts.append(
                f'<rect x="{corner + 1:.1f}" y="{y + 1:.1f}" width="{wide - 2:.1f}" height="{tall - 2}" fill="{COLOURS[0]}" '
                f'fill-opacity="{0.04 + 0.56 * min(1.0, max(0.0, value)):.2f}"/>'
            )
            size = 12.5 if wide > 46 else 10.5
            parts.append(_text(corner + wide / 2, y + tall / 2 + 4.5, share(value), INK, "middle", size))
    return _document(parts, height, title)


def share(value: float) -> str:
    """A share as it is written: whole per cent, and one decimal below ten.

    Example:
        >>> share(0.913), share(0.0134), share(0.0)
        ('91 %', '1.3 %', '0 %')
    """
    return f"{value * 100:.0f} %" if value >= 0.0995 or not value else f"{value * 100:.1f} %"


class _Frame:
    """Axes, grid and the place of every number."""

    def __init__(self, title: str, note: str, x: Axis, y: Axis, points: Sequence[tuple[float, float]]) -> None:
        self.title, self.xs, self.ys = title, x, y
        across, up = [p[0] for p in points] or [0.0], [p[1] for p in points] or [0.0]
        self.x0, self.x1 = _ends(x, min(across), max(across))
        self.y0, self.y1 = _ends(y, min(0.0, *up), max(up))
        self.parts = _title(title, note)
        marks = _ticks(self.y0, self.y1)
        if y.most is None and marks:
            self.y1 = max(self.y1, marks[-1])
        for mark in marks:
            at = self.y(mark)
            self.add(f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{at:.1f}" y2="{at:.1f}" stroke="{RULE}"/>')
            self.parts.append(_text(LEFT - 8, at + 4, y.show(mark), QUIET, "end"))
        along = (
            [self.x0 + (self.x1 - self.x0) * i / 5 for i in range(6)]
            if x.dates
            else [mark for mark in _ticks(self.x0, self.x1) if mark <= self.x1]
        )
        for mark in along:
            self.parts.append(_text(self.x(mark), HEIGHT - BOTTOM + 20, x.show(mark), QUIET, "middle"))
        self.parts.append(_text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 6, x.label, INK, "middle"))
        self.parts.append(_text(LEFT - 8, TOP - 10, y.label, INK, "start"))

    def x(self, value: float) -> float:
        return LEFT + (value - self.x0) / (self.x1 - self.x0) * (WIDTH - RIGHT - LEFT)

    def y(self, value: float) -> float:
        return HEIGHT - BOTTOM - (value - self.y0) / (self.y1 - self.y0) * (HEIGHT - BOTTOM - TOP)

    def add(self, part: str) -> None:
        self.parts.append(part)

    def path(self, points: Points) -> str:
        return "".join(f"{'L' if i else 'M'}{self.x(a):.1f} {self.y(b):.1f}" for i, (a, b) in enumerate(points))

    def labels(self, ends: list[tuple[float, str, str]]) -> None:
        """Labels at the right, moved apart where they would cover each other."""
        at = TOP - 14.0
        for wanted, label, colour in sorted(ends):
            at = max(wanted, at + 16)
            self.add(
                f'<line x1="{WIDTH - RIGHT + 3}" y1="{wanted:.1f}" x2="{WIDTH - RIGHT + 12}" y2="{at:.1f}" stroke="{colour}"/>'
            )
            self.add(f'<circle cx="{WIDTH - RIGHT + 17}" cy="{at:.1f}" r="5" fill="{colour}"/>')
            self.parts.append(_text(WIDTH - RIGHT + 27, at + 4, label, INK))

    def svg(self) -> str:
        return _document(self.parts, HEIGHT, self.title)


def _ends(axis: Axis, least: float, most: float) -> tuple[float, float]:
    low = least if axis.least is None else axis.least
    high = most if axis.most is None else axis.most
    return (low, high) if high > low else (low, low + 1)


def _ticks(low: float, high: float) -> list[float]:
    rough = (high - low) / 5
    power = 10 ** math.floor(math.log10(rough))
    step = next(power * n for n in (1, 2, 2.5, 5, 10) if power * n >= rough * 0.999)
    first = math.ceil(low / step - 1e-9)
    return [round(n * step, 12) for n in range(first, math.ceil(high / step - 1e-9) + 1) if n * step <= high + step * 0.999][:9]


def _stepped(points: Points, steps: bool) -> list[tuple[float, float]]:
    if not steps:
        return list(points)
    found: list[tuple[float, float]] = []
    for x, y in points:
        if found:
            found.append((x, found[-1][1]))
        found.append((x, y))
    return found


def _text(x: float, y: float, said: str, colour: str, anchor: str = "start", size: float = 12.5, weight: int = 400) -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" fill="{colour}" text-anchor="{anchor}" font-size="{size}" font-weight="{weight}">'
        f"{escape(said)}</text>"
    )


def _title(title: str, note: str) -> list[str]:
    parts = [_text(24, 28, title, INK, size=17, weight=600)]
    return [*parts, _text(WIDTH - 24, 28, note, QUIET, "end")] if note else parts


def _document(parts: Sequence[str], height: float, title: str) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH:g}" height="{height:g}" viewBox="0 0 {WIDTH:g} {height:g}" '
        f'font-family="Inter, sans-serif" role="img"><title>{escape(title)}</title>'
        f'<rect width="100%" height="100%" fill="{PAPER}"/>{"".join(parts)}</svg>\n'
    )
