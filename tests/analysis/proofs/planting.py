"""Faults of known kinds, planted into shipped and random lifecycles, each with a clean twin one token apart.

A template is text for a subclass: ``{a|b}`` is the one token in which the fault (a) and its twin (b) differ.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from random import Random

import attrs

import clmstate
from clmstate import Lifecycle
from clmstate.cli.models import load
from clmstate.lifecycle import LifecycleDefinition

HEAD = """\
    i1, i2 = Signal.integer("first sum", 0, 5), Signal.integer("second sum", 0, 5)
    j1, j2 = Signal.integer("third sum", 0, 5, default=0), Signal.integer("fourth sum", 0, 5, default=0)
    fl, fm = Signal.flag("first sign"), Signal.flag("second sign")
    sd = Signal.score("known score", default=50)
    w, wd = Signal.share("fed share", port=True), Signal.share("fed known share", port=True, default=0.5)
    come, gone, ping, pong = Event("come"), Event("gone"), Event("ping"), Event("pong")
    x = Phase("X")
    y = Phase("Y", final=True, standing="good")
    z = Phase("Z", final=True, standing="good")
    enter_x = Base.FIRST.to(x, on=come)
    leave_x = x.to(y, on=gone)
"""
GROUP = """\
    class h(Phase.Group):
        ha = Phase("HA", initial=True)
    enter_h = Base.FIRST.to(h, on=pong)
    leave_h = h.to(y, on=gone)
"""
SECOND = """\
    x2 = Phase("X2")
    leave_x2 = x2.to(y, on=gone)
"""
COMPLETE = """\
    xc = Phase("XC", complete=True)
    enter_xc = Base.FIRST.to(xc, on=pong)
    up = xc.to(y, when=%s)
    planted = xc.to(z, when=%s)
"""


def rule(cond: str) -> str:
    return f"    planted = x.to(z, when={cond})\n"


def two(first: str, second: str, targets: str = "z") -> str:
    return f"    first = x.to(y, when={first})\n    planted = x.to({targets}, when={second})\n"


def grouped(own: str, group: str, targets: str = "z") -> str:
    return GROUP + f"    planted = h.to({targets}, when={group})\n    own = h.ha.to(y, when={own})\n"


def circle(there: str, back: str) -> str:
    return SECOND + f"    planted = x.to(x2, when={there})\n    back = x2.to(x, when={back})\n"


def risk(sign: str, lose: str) -> str:
    return f'    lose = x.to(z, when={lose})\n    planted = Risk("sign", sign={sign}, phases=[x])\n'


@attrs.frozen
class Template:
    """What kind of fault, of which flavour, about which element, and its text."""

    code: str
    flavour: str
    text: str
    about: str = "planted"


TEMPLATES = (
    Template("CLM510", "", rule("(S >= LO) & (S < {LO|HI})")),
    Template("CLM510", "missing", rule("S.is_missing() {&||} (S >= LO)")),
    Template("CLM510", "missing", rule("{S|fl}.is_missing() & ~(S >= LO)")),
    Template("CLM510", "clock", rule("(S >= {HI|LO}).for_days(7) & (S < HI)")),
    Template("CLM510", "clock", rule("fl.for_days(14) & unless(fl.for_days({7|21}))")),
    Template("CLM510", "clock", "    planted = x.to(z, on=ping, when={ping|pong}.days_since >= 1)\n"),
    Template("CLM510", "linear", rule("i1 + i2 > {10|9}")),
    Template("CLM510", "linear", rule("(i1 - i2 >= {3|2}) & (i1 <= 2)")),
    Template("CLM510", "port", rule("(w >= 0.8) & (w < {0.5|0.9})")),
    Template("CLM511", "missing", rule("S.is_missing() | ~{S|fl}.is_missing()")),
    Template("CLM511", "missing", rule("unless(S.is_missing() {&||} (S >= LO))")),
    Template("CLM511", "clock", rule("unless((S >= LO).for_days(7) & (S < {LO|HI}))")),
    Template("CLM511", "linear", rule("unless(i1 + i2 > {10|9})")),
    Template("CLM511", "port", rule("unless((w >= 0.8) & (w < {0.5|0.9}))")),
    Template("CLM512", "", rule("(S >= HI) | (S < {HI|LO})")),
    Template("CLM512", "linear", rule("i1 - i2 <= {5|4}")),
    Template("CLM512", "clock", rule("days_in_phase >= {0|1}")),
    Template("CLM512", "port", rule("w.between({0|0.2}, 1)")),
    Template("CLM513", "", rule("(S >= LO) & (S {>=|<} HI)")),
    Template("CLM513", "missing", rule("(S >= LO) & ~{S|fl}.is_missing()")),
    Template("CLM513", "clock", rule("fl.for_days(14) & {fl|fm}.for_days(7)")),
    Template("CLM513", "clock", rule("fl.for_days(7) & {fl|fm}")),
    Template("CLM513", "linear", rule("(i1 + i2 >= 3) & (i1 {+|-} i2 >= 2)")),
    Template("CLM513", "port", rule("(w >= 0.5) & (w {>=|<=} 0.8)")),
    Template("CLM514", "", two("S >= {LO|HI}", "S >= MID")),
    Template("CLM514", "missing", two("{unless|~}(S >= LO)", "S.is_missing()")),
    Template("CLM514", "clock", two("fl.for_days({7|21})", "fl.for_days(14)")),
    Template("CLM514", "linear", two("i1 + i2 >= {3|7}", "i1 + i2 >= 5")),
    Template("CLM514", "port", two("w >= {0.5|0.9}", "w >= 0.8")),
    Template("CLM514", "group", grouped("{fl|fm}", "fl").replace("when={fl|fm}", "when={fl|~fl}")),
    Template("CLM514", "group", grouped("S >= {LO|HI}", "S >= MID")),
    Template("CLM514", "group", grouped("i1 + i2 >= {3|7}", "i1 + i2 >= 5")),
    Template("CLM515", "", two("S >= LO", "fl", "{z|y}")),
    Template("CLM515", "missing", two("unless(S >= LO)", "fl.is_missing()", "{z|y}")),
    Template("CLM515", "clock", two("fl.for_days(3)", "fm.for_days(5)", "{z|y}")),
    Template("CLM515", "linear", two("i1 + i2 >= 3", "i1 - i2 >= 1", "{z|y}")),
    Template("CLM515", "port", two("w >= 0.5", "fl", "{z|y}")),
    Template("CLM515", "group", grouped("fl", "fm", "{z|y}")),
    Template("CLM515", "group", grouped("S >= LO", "fl", "{z|y}")),
    Template("CLM516", "", COMPLETE % ("sd >= 70", "sd < {60|70}"), "xc"),
    Template("CLM516", "missing", COMPLETE % ("S >= LO", "{~|unless}(S >= LO)"), "xc"),
    Template("CLM516", "clock", COMPLETE % ("(days_in_phase >= 10) | (sd >= 70)", "days_in_phase < {9|10}"), "xc"),
    Template("CLM516", "linear", COMPLETE % ("j1 + j2 >= 4", "j1 + j2 < {3|4}"), "xc"),
    Template("CLM516", "port", COMPLETE % ("wd >= 0.5", "wd < {0.4|0.5}"), "xc"),
    Template("CLM518", "", circle("S < LO", "S >= {LO|HI}")),
    Template("CLM518", "port", circle("w < 0.5", "w >= {0.5|0.8}")),
    Template("CLM519", "", circle("fl", "{fm|~fl}")),
    Template("CLM519", "missing", circle("fl.is_missing()", "{unless(fl)|fl}")),
    Template("CLM519", "clock", circle("fl.for_days(7)", "{fl|~fl}")),
    Template("CLM519", "linear", circle("i1 + i2 >= 3", "i1 - i2 {>=|>} 5")),
    Template("CLM519", "port", circle("w >= 0.5", "w {>=|<} 0.3")),
    Template("CLM520", "", risk("S < LO", "S < {HI|LOW}")),
    Template("CLM520", "missing", risk("S.is_missing()", "{unless|~}(S >= LO)")),
    Template("CLM520", "clock", risk("fl.for_days(7)", "fl.for_days({3|21})")),
    Template("CLM520", "linear", risk("i1 + i2 >= 5", "i1 + i2 >= {3|7}")),
    Template("CLM520", "port", risk("w < 0.3", "w < {0.5|0.2}")),
)


@attrs.frozen
class Case:
    """A planted fault and its twin, in some lifecycle."""

    template: Template
    base: str
    fault: str
    twin: str
    classes: tuple[type[Lifecycle], type[Lifecycle]]

    def __str__(self) -> str:
        return f"{self.template.code} {self.template.flavour} in {self.base}: {self.fault}"


def cases(seed: int, rounds: int) -> Iterator[Case]:
    """Every template, so many times, each time in another lifecycle."""
    rng = Random(seed)
    bases = [*shipped(), *(random_base(rng, k) for k in range(14))]
    for place, template in enumerate(TEMPLATES * rounds):
        base = bases[(place * 7 + place // len(TEMPLATES)) % len(bases)]
        yield planted(template, base)


def shipped() -> list[type[Lifecycle]]:
    """The lifecycles in ``models/dynamic`` that know a number which may be missing."""
    found = [model.lifecycle for model in load("models/dynamic").models if not model.composed]
    return [one for one in found if any(s.numeric and not s.never_missing for s in one.definition.signals.values())]


RANDOM = """\
class Random{k}(Lifecycle):
    n = Signal.{kind}
    flag = Signal.flag("flag", default=False)
    go, stop = Event("go"), Event("stop")
    a = Phase("A", initial=True)
    b = Phase("B")
    c = Phase("C", final=True, standing="good")
    t0 = a.to(b, when={there})
    t1 = b.to(a, on=stop)
    t2 = b.to(c, on=go)
"""


def random_base(rng: Random, k: int) -> type[Lifecycle]:
    kind = rng.choice(
        [
            'score("n")',
            'count("n")',
            'share("n")',
            'integer("n", -4, 12)',
            'number("n", low=0, high=20, step=0.5)',
            'money("n", unit="EUR")',
        ]
    )
    there = rng.choice(["flag", "flag.for_days(5)", "(days_in_phase >= 3) & flag", "unless(flag)"])
    return defined(RANDOM.format(k=k, kind=kind, there=there))


def planted(template: Template, base: type[Lifecycle]) -> Case:
    """A template written into a subclass."""
    d = base.definition
    name, words = numeric(d)
    text = HEAD + template.text
    text = re.sub(r"\bS\b", f"Base.{name}", text)
    for word, value in words.items():
        text = re.sub(rf"\b{word}\b", value, text)
    text = text.replace("Base.FIRST", f"Base.{d.initial}")
    both = [re.sub(r"\{(.*?)\|(.*?|\|)\}(?!\})", rf"\{side}", text) for side in (1, 2)]
    sources = [f"class {d.name}Planted(Base):\n{one}" for one in both]
    classes = (defined(sources[0], base), defined(sources[1], base))
    line = next((line.strip() for line in template.text.splitlines() if "{" in line), "")
    return Case(template, d.name, line, sources[1], classes)


def numeric(d: LifecycleDefinition) -> tuple[str, dict[str, str]]:
    """A number of a lifecycle that may be missing, and limits for it."""
    spec = next(s for s in d.signals.values() if s.numeric and not s.never_missing)
    low = 0 if spec.low is None else spec.low
    span = 20 if spec.high is None else spec.high - low
    step = spec.step or 1
    values = {
        word: round(low + round(span * part / step) * step, 9)
        for word, part in (("LOW", 0.1), ("LO", 0.3), ("MID", 0.5), ("HI", 0.7))
    }
    return spec.name, {word: repr(int(value) if value == int(value) else value) for word, value in values.items()}


def defined(source: str, base: type[Lifecycle] | None = None) -> type[Lifecycle]:
    """The class that a source defines."""
    names = {name: getattr(clmstate, name) for name in clmstate.__all__} | ({} if base is None else {"Base": base})
    before = set(names)
    exec(source, names)
    return next(value for name, value in names.items() if name not in before and isinstance(value, type))
