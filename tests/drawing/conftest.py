"""Models to draw, and a reader of painted pictures that shares no code with the painter."""

from __future__ import annotations

import itertools
import math
import re
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterator
from functools import cache, cached_property

import attrs
import pytest
from PIL import ImageFont

import clmstate.drawing.measure as measuring
from clmstate import Days, Event, Lifecycle, Phase, Play, Signal, Team, Threshold, Touchpoint, anywhere, unless

IMPLEMENTATION, CSM, RENEWALS, SALES = Team("Implementation"), Team("CSM"), Team("Renewals"), Team("Sales")


class Contract(Lifecycle):
    """The primary contract, from signature to renewal, growth or loss."""

    setup_done = Signal.flag("setup signed off", default=False)
    users_adopted = Signal.share("users adopted")
    escalations = Signal.count("open escalation", plural="open escalations", default=0)
    health = Signal.score("health", 0, 100)
    renewal_on = Signal.date("renewal")
    expansion = Signal.flag("expansion signal", default=False)
    notice = Event("notice received")
    renewed = Event("renewal signed")
    saved = Event("save plan closed")
    ended = Event("contract ended")
    adopted_at = Threshold(0.80)
    relapse_at = Threshold(0.60)

    onboarding = Phase(
        "Onboarding",
        initial=True,
        owner=IMPLEMENTATION,
        questions=["How do I get live?"],
        expected=Days(30, 90),
        touchpoints=[Touchpoint("Kick-off call"), Touchpoint("Product training for every role")],
    )
    adoption = Phase("Adoption", owner=CSM, questions=["How does this fit my day?"])
    success = Phase("Success", owner=CSM, standing="good")

    class renewal(Phase.Group):
        happy = Phase("Happy", owner=RENEWALS, standing="good")
        high_risk = Phase("High risk", owner=RENEWALS, standing="at_risk", initial=True, questions=["Should I stay?"])

    growth = Phase("Growth", owner=SALES, standing="good")
    churned = Phase("Churned", standing="lost", final=True)

    in_window = (renewal_on.days_until <= 120) & unless(renewed.days_since <= 120)
    healthy = (health >= 70) & (escalations == 0)
    worrying = (health < 60) | (escalations >= 2)

    go_live = onboarding.to(adoption, when=setup_done & (users_adopted >= 0.5))
    adopt = adoption.to(success, when=(users_adopted >= adopted_at) & (escalations == 0))
    relapse = success.to(adoption, when=unless(users_adopted >= relapse_at).for_days(14), plays=[Play("Retrain")])
    renew_calm = (adoption | success).to(renewal.happy, when=in_window & healthy)
    renew_tense = (adoption | success).to(renewal.high_risk, when=in_window & unless(healthy))
    worry = renewal.happy.to(renewal.high_risk, when=worrying)
    save = renewal.high_risk.to(renewal.happy, on=saved, when=in_window & healthy)
    calm_down = renewal.high_risk.to(renewal.happy, when=healthy & unless(notice.days_since <= 365))
    go_back = renewal.high_risk.to(adoption, on=saved, when=unless(in_window))
    next_term = renewal.to(success, on=renewed)
    grow = (adoption | success | renewal.happy).to(growth, when=expansion & healthy)
    return_from = growth.to(success, when=unless(expansion))
    worry_big = growth.to(renewal.high_risk, when=in_window & worrying)
    hear = onboarding.stay(on=notice, plays=[Play("Save call")])
    alarm = (adoption | success | growth | renewal.happy).to(renewal.high_risk, on=notice)
    lose = anywhere.to(churned, on=ended)


class Line(Lifecycle):
    """The shortest way."""

    signed = Event("contract signed")
    ready = Signal.flag("setup signed off")
    trial = Phase("Trial", initial=True)
    onboarding = Phase("Onboarding")
    live = Phase("Live", final=True, standing="good")
    sign = trial.to(onboarding, on=signed)
    finish = onboarding.to(live, when=ready)


class Eleven(Lifecycle):
    """A long way with two places to get lost."""

    paid = Signal.flag("contract signed")
    trained = Signal.count("trained user", plural="trained users", default=0)
    health = Signal.score("health", 0, 100)
    idle = Signal.days("days without login", default=0)
    notice = Event("notice received")
    plan = Event("win-back plan done")
    ordered = Phase("Ordered", initial=True, owner=SALES)
    provisioning = Phase("Provisioning", owner=IMPLEMENTATION)
    onboarding = Phase("Onboarding", owner=IMPLEMENTATION)
    pilot = Phase("Pilot", owner=CSM, questions="Does it work for us?")
    adoption = Phase("Adoption", owner=CSM)
    valued = Phase("Value", owner=CSM, standing="good")
    renewal = Phase("Renewal", owner=RENEWALS, standing="good")
    stalled = Phase("Stalled", owner=CSM, standing="at_risk")
    saving = Phase("Save", owner=RENEWALS, standing="at_risk")
    growth = Phase("Growth", owner=SALES, standing="good")
    churned = Phase("Churned", standing="lost", final=True)
    t1 = ordered.to(provisioning, when=paid)
    t2 = provisioning.to(onboarding, when=trained >= 1)
    t3 = onboarding.to(pilot, when=trained >= 5)
    t4 = pilot.to(adoption, when=trained >= 20)
    t5 = adoption.to(valued, when=health >= 80)
    t6 = valued.to(renewal, when=health >= 70)
    t7 = renewal.to(growth, when=health >= 90)
    t8 = pilot.to(onboarding, when=trained < 5)
    t9 = valued.to(adoption, when=health < 60)
    t10 = onboarding.to(stalled, when=idle >= 21)
    t11 = pilot.to(stalled, when=idle >= 30)
    t12 = stalled.to(adoption, on=plan)
    t13 = valued.to(saving, when=health < 50)
    t14 = saving.to(renewal, on=plan)
    t15 = saving.to(churned, on=notice)
    t16 = growth.to(valued, when=health < 70)


class Hostile(Lifecycle):
    """<script>alert("1")</script> & 'quotes' \\ and\x07bell"""

    markup = Signal.flag('<b>bold</b> & "quoted" \\n {x|y} ]]> <!-- -->')
    arabic = Signal.flag("تم توقيع العقد مع العميل وبدأ التنفيذ")
    japanese = Signal.flag("顧客が契約に署名しました。導入を開始します")
    long = Signal.flag("very long words " * 625)
    unbroken = Signal.flag("W" * 300)
    one = Phase("<script>alert(1)</script>", initial=True, owner="Ops & <Co>", questions='"Why?" he asked \u202elive')
    two = Phase("العميل الجديد", owner="فريق النجاح", questions="ما هي الخطوة التالية؟")
    three = Phase("顧客成功 🎉🚀", owner="成功チーム", questions="次は何ですか？", standing="good")
    four = Phase("Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft", owner="Żółć", standing="watch")
    five = Phase("A very long phase name that goes on and on and on until it needs several lines", final=True, standing="lost")
    t1 = one.to(two, when=markup)
    t2 = two.to(three, when=arabic)
    t3 = three.to(four, when=japanese)
    t4 = four.to(five, when=long)
    t5 = three.to(two, when=unbroken)


MODELS = {model.__name__: model for model in (Contract, Line, Eleven, Hostile)}


@pytest.fixture(params=list(MODELS.values()), ids=list(MODELS))
def model(request: pytest.FixtureRequest) -> type[Lifecycle]:
    """Each of the models that a picture must cope with."""
    chosen: type[Lifecycle] = request.param
    return chosen


@pytest.fixture
def contract() -> type[Contract]:
    """The example of the design."""
    return Contract


@pytest.fixture
def line() -> type[Line]:
    """Three phases in a row, owned by nobody."""
    return Line


@pytest.fixture
def hostile() -> type[Hostile]:
    """Text that tries to break a picture."""
    return Hostile


SVG = "{http://www.w3.org/2000/svg}"
TOUCHES, APART = 3.0, 6.0  # points: what a line has to keep from what is foreign, and a rule from what it does not lead to
BESIDE, ALONG, STEP = 4.0, 20.0, 2.0  # lines nearer than that run along each other, if it is for so long; measured in such steps
FACES = {(400, "normal"): "Regular", (400, "italic"): "Italic", (600, "normal"): "SemiBold", (700, "normal"): "Bold"}


@attrs.frozen
class Box:
    """A rectangle on the painted picture."""

    left: float
    top: float
    right: float
    bottom: float

    def overlaps(self, other: Box) -> bool:
        return self.left < other.right and other.left < self.right and self.top < other.bottom and other.top < self.bottom

    def holds(self, other: Box, slack: float = 0.0) -> bool:
        across = self.left - slack <= other.left and other.right <= self.right + slack
        return across and self.top - slack <= other.top and other.bottom <= self.bottom + slack

    def gap(self, other: Box) -> float:
        """How far apart the two stand; 0 where they touch."""
        across = max(self.left - other.right, other.left - self.right, 0)
        return math.hypot(across, max(self.top - other.bottom, other.top - self.bottom, 0))

    def away(self, x: float, y: float) -> float:
        """How far outside a point is; 0 inside."""
        return math.hypot(max(self.left - x, 0, x - self.right), max(self.top - y, 0, y - self.bottom))

    def distance(self, x: float, y: float) -> float:
        """From its outline, inside or outside."""
        outside = max(self.left - x, 0, x - self.right) + max(self.top - y, 0, y - self.bottom)
        inside = min(abs(x - self.left), abs(self.right - x), abs(y - self.top), abs(self.bottom - y))
        return outside if outside else inside


@attrs.frozen
class Item:
    """A card, pill or frame as painted; `marks` are its badge and its stub."""

    kind: str
    name: str
    label: str
    box: Box
    texts: tuple[tuple[str, Box], ...]
    marks: tuple[Box, ...] = ()


@attrs.frozen(slots=False)
class Way:
    """A painted line: its ends, points along it, and the tip of its arrow."""

    tail: str
    head: str
    points: tuple[tuple[float, float], ...]
    tip: tuple[float, float] | None
    width: float = 2.2
    kind: str = ""

    @cached_property
    def dense(self) -> list[tuple[float, float]]:
        """Points along it, about four apart, and its tip."""
        found: list[tuple[float, float]] = []
        for i in range(0, len(self.points) - 3, 3):
            a, b, c, d = self.points[i : i + 4]
            steps = max(1, math.ceil((math.dist(a, b) + math.dist(b, c) + math.dist(c, d)) / 4))
            for t in (k / steps for k in range(steps + 1)):
                f = ((1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t**3)
                x, y = (f[0] * a[n] + f[1] * b[n] + f[2] * c[n] + f[3] * d[n] for n in (0, 1))
                found.append((x, y))
        return found if self.tip is None else [*found, self.tip]

    @cached_property
    def hull(self) -> Box:
        xs, ys = zip(*self.dense, strict=True)
        return Box(min(xs), min(ys), max(xs), max(ys))

    def samples(self) -> list[tuple[float, float]]:
        found: list[tuple[float, float]] = []
        for i in range(0, len(self.points) - 3, 3):
            a, b, c, d = self.points[i : i + 4]
            for t in (k / 40 for k in range(41)):
                f = ((1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t**3)
                x, y = (sum(w * p[n] for w, p in zip(f, (a, b, c, d), strict=True)) for n in (0, 1))
                found.append((x, y))
        return found


@cache
def font(face: str) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(measuring.FONTS / f"Inter-{face}.ttf"), 1000, layout_engine=ImageFont.Layout.BASIC)


def text_box(text: ET.Element) -> Box:
    """Where a text stands, measured by another library; characters that the font lacks count as half their height."""
    size, x, y = float(text.get("font-size", "")), float(text.get("x", "")), float(text.get("y", ""))
    face = FACES[int(text.get("font-weight", "400")), text.get("font-style", "normal")]
    content = text.text or ""
    known = "".join(c for c in content if measuring.fits_bundled_font(c))
    wide = (font(face).getlength(known) / 1000 + 0.5 * (len(content) - len(known))) * size
    left = x - wide / 2 if text.get("text-anchor") == "middle" else x
    return Box(left, y - 0.74 * size, left + wide, y + 0.21 * size)


class Painted:
    """A painted picture, read back from its SVG."""

    def __init__(self, svg: str) -> None:
        self.root = ET.fromstring(svg)
        self.width, self.height = float(self.root.get("width", "")), float(self.root.get("height", ""))
        shifted = next(
            g for g in self.root.iter(f"{SVG}g") if (g.get("transform") or "").startswith("translate") and g.get("class") is None
        )
        self.shift = tuple(float(n) for n in re.findall(r"[-\d.]+", shifted.get("transform", ""))[:2])
        groups = [g for g in self.root.iter(f"{SVG}g") if g.get("data-id")]
        self.items = {g.get("data-id", ""): self._item(g) for g in groups}
        self.lines = [self._line(g) for g in self.root.iter(f"{SVG}g") if g.get("data-tail")]
        self.around = [(t.text or "", text_box(t)) for t in self.root.findall(f"{SVG}text")]

    def _item(self, group: ET.Element) -> Item:
        shape = next(r for r in group.iter(f"{SVG}rect") if r.get("class") == "box")
        x, y, wide, tall = (float(shape.get(key, "")) for key in ("x", "y", "width", "height"))
        on_badges = {t for badge in group.iter(f"{SVG}g") if badge.get("class") == "badge" for t in badge.iter(f"{SVG}text")}
        texts = tuple((t.text or "", text_box(t)) for t in group.iter(f"{SVG}text") if t not in on_badges)
        kind = (group.get("class") or "").split()[0]
        box = Box(x, y, x + wide, y + tall)
        return Item(kind, group.get("data-id", ""), group.get("aria-label", ""), box, texts, tuple(self._marks(group)))

    @staticmethod
    def _marks(group: ET.Element) -> Iterator[Box]:
        for badge in group.iter(f"{SVG}g"):
            if badge.get("class") == "badge":
                x, y = (float(n) for n in re.findall(r"[-\d.]+", badge.get("transform", ""))[:2])
                capsule = badge.find(f"{SVG}rect")
                wide = 16.0 if capsule is None else float(capsule.get("width", "")) - 1
                for text in badge.iter(f"{SVG}text"):
                    said = text_box(text)
                    assert said.left >= -8
                    assert said.right <= wide - 8
                yield Box(x - 8, y - 8, x - 8 + wide, y + 8)
        for ring in group.findall(f"{SVG}circle"):  # where a line comes from anywhere
            x, y = float(ring.get("cx", "")), float(ring.get("cy", ""))
            yield Box(x - 5, y - 5, x + 15, y + 5)

    def _line(self, group: ET.Element) -> Way:
        way, *arrow = group.findall(f"{SVG}path")
        points = self._points(way)
        tip = self._points(arrow[0])[0] if arrow else None
        ends, kind = (group.get("data-tail", ""), group.get("data-head", "")), (group.get("class") or "").removeprefix("link ")
        return Way(*ends, points, tip, float(way.get("stroke-width", "")), kind)

    @staticmethod
    def _points(path: ET.Element) -> tuple[tuple[float, float], ...]:
        numbers = [float(n) for n in re.findall(r"-?\d+(?:\.\d+)?", path.get("d", ""))]
        return tuple(zip(numbers[::2], numbers[1::2], strict=True))

    def of(self, *kinds: str) -> list[Item]:
        return [item for item in self.items.values() if item.kind in kinds]


@pytest.fixture
def painted() -> type[Painted]:
    """Reads a painted picture back."""
    return Painted


def faults(picture: Painted, *, lines: bool = True, ends: bool = True) -> list[str]:
    """All that is wrong with a painted picture: what overlaps, what is cut, what ends nowhere, what a line touches."""
    found: list[str] = []
    items = picture.of("card", "pill")
    for item in picture.of("card", "pill", "frame", "lane"):
        found += [f"{text!r} leaves {item.name!r}" for text, box in item.texts if not item.box.holds(box, slack=1.5)]
        for (one, first), (other, second) in itertools.combinations(item.texts, 2):
            found += [f"{one!r} and {other!r} overlap in {item.name!r}"] if first.overlaps(second) else []
    for one_item, other_item in itertools.combinations(items, 2):
        found += [f"{one_item.name!r} and {other_item.name!r} overlap"] if one_item.box.overlaps(other_item.box) else []
    dx, dy = picture.shift
    for item in items:
        inside = item.box.left + dx >= 0 and item.box.top + dy >= 0
        inside = inside and item.box.right + dx <= picture.width and item.box.bottom + dy <= picture.height
        found += [] if inside else [f"{item.name!r} is not on the canvas"]
    for text, box in picture.around:
        for item in items:
            there = Box(item.box.left + dx, item.box.top + dy, item.box.right + dx, item.box.bottom + dy)
            found += [f"{text!r} covers {item.name!r}"] if box.overlaps(there) else []
        found += [] if box.left >= 0 and box.right <= picture.width + 1 and box.bottom <= picture.height else [f"{text!r} is cut"]
    for line in picture.lines:
        if ends:
            for name, point in ((line.tail, line.points[0]), (line.head, line.tip or line.points[-1])):
                found += [f"a line to {name!r} ends beside it"] if picture.items[name].box.distance(*point) > 6 else []
    found += [*_touched(picture), *_side_by_side(picture)] if lines else []
    drawn = {end for line in picture.lines for end in (line.tail, line.head)}
    found += [f"{pill.name!r} is on no line" for pill in picture.of("pill") if ends and pill.name not in drawn]
    return found


def _touched(picture: Painted) -> list[str]:
    """Lines that run through something foreign or right beside it, or through what they end at; rules that nearly touch."""
    found = []
    foreign = list(_foreign(picture))
    frames = {frame.name for frame in picture.of("frame")}
    for line in picture.lines:
        clear = max(TOUCHES, line.width / 2 + 1)
        for name, box in foreign:
            if name in (line.tail, line.head) or box.gap(line.hull) >= clear:
                continue
            if name.rpartition(".")[0] in frames & {line.tail, line.head}:  # a member of the group that it comes from
                continue
            if min(box.away(x, y) for x, y in line.dense) < clear:
                found.append(f"the line from {line.tail!r} to {line.head!r} touches {name!r}")
        for own in (picture.items[line.tail], picture.items[line.head]):
            inner = Box(own.box.left + 2, own.box.top + 2, own.box.right - 2, own.box.bottom - 2)
            if own.kind != "frame" and any(inner.away(x, y) == 0 for x, y in line.dense):
                found.append(f"the line from {line.tail!r} to {line.head!r} runs on in {own.name!r}")
    for pill, other in itertools.combinations(picture.of("pill", "card"), 2):
        if "pill" in (pill.kind, other.kind) and pill.box.gap(other.box) < APART:
            found.append(f"{pill.name!r} and {other.name!r} nearly touch")
    return found


def _side_by_side(picture: Painted) -> list[str]:
    """Lines of different rules that run on or right beside each other: one cannot tell which is whose."""
    rules = {pill.name: pill for pill in picture.of("pill")}
    walked = [_steps(line) for line in picture.lines]
    cells: dict[tuple[int, int], list[tuple[int, tuple[float, float], float]]] = {}
    for number, steps in enumerate(walked):
        for (x, y), turned in steps:
            cells.setdefault((int(x // BESIDE), int(y // BESIDE)), []).append((number, (x, y), turned))
    together: dict[tuple[int, int], int] = {}
    for number, steps in enumerate(walked):
        for (x, y), turned in steps:
            near = {
                other
                for dx, dy in itertools.product((-1, 0, 1), repeat=2)
                for other, place, way in cells.get((int(x // BESIDE) + dx, int(y // BESIDE) + dy), ())
                if other > number and math.dist((x, y), place) <= BESIDE and abs(math.sin(turned - way)) < 0.35
            }
            for other in near:
                together[number, other] = together.get((number, other), 0) + 1
    found = []
    for (one, other), steps_together in sorted(together.items()):
        first, second = picture.lines[one], picture.lines[other]
        own = [rules[line.head if line.head in rules else line.tail] for line in (first, second)]
        if steps_together * STEP < ALONG or own[0] == own[1] or [t for t, _ in own[0].texts] == [t for t, _ in own[1].texts]:
            continue  # short, or of rules that say the same
        if first.kind == second.kind and (first.head == second.head or first.tail == second.tail):
            continue  # they come or end together, and mean the same
        lines = f"{first.tail!r} to {first.head!r} and {second.tail!r} to {second.head!r}"
        found.append(f"the lines from {lines} run along each other for {steps_together * STEP:.0f}")
    return found


def _steps(line: Way) -> list[tuple[tuple[float, float], float]]:
    """Points along a line, one step apart, each with its direction."""
    found: list[tuple[tuple[float, float], float]] = []
    for (x0, y0), (x1, y1) in itertools.pairwise(line.dense):
        count = round(math.dist((x0, y0), (x1, y1)) / STEP)
        turned = math.atan2(y1 - y0, x1 - x0)
        found += [((x0 + (x1 - x0) * k / count, y0 + (y1 - y0) * k / count), turned) for k in range(count)]
    return found


def _foreign(picture: Painted) -> Iterator[tuple[str, Box]]:
    """What no line may touch but its own, by the name of what it belongs to; titles and legend too."""
    for item in picture.of("card", "pill"):
        yield from ((item.name, box) for box in (item.box, *item.marks))
    for frame in picture.of("frame"):
        yield from ((f"title of {frame.name}", box) for _, box in frame.texts)
    dx, dy = picture.shift
    for text, box in picture.around:
        yield text, Box(box.left - dx, box.top - dy, box.right - dx, box.bottom - dy)


@pytest.fixture(name="faults")
def _faults() -> Callable[..., list[str]]:
    """The layout checker."""
    return faults
