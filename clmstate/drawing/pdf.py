"""A page from the painted SVG: the same shapes, our typeface inside, text that can be searched and copied.

The painter writes few kinds of elements, and this module knows exactly these. A line in a script that our typeface lacks is put in as pixels
(drawn with the fonts of this machine), with its text beside it for searching and for people who hear it.
"""

from __future__ import annotations

import base64
import re
import xml.etree.ElementTree as ET
import zlib
from collections.abc import Callable, Iterator
from typing import Final

from clmstate.drawing.measure import Face, fits_bundled_font, is_right_to_left, text_width
from clmstate.drawing.renderers import missing_package
from clmstate.drawing.truetype import font

__all__ = ["to_pdf"]

_FACES: Final[dict[tuple[str, str], Face]] = {
    ("400", "normal"): "Regular",
    ("400", "italic"): "Italic",
    ("600", "normal"): "SemiBold",
    ("700", "normal"): "Bold",
}
_ARC: Final = 0.5522847498  # control points of a quarter of a circle
_NUMBER: Final = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)")
_STEP: Final = re.compile(r"([MLHVCQAZh])([^MLHVCQAZh]*)")
_SHARP: Final = 4  # pixels per point of lines that are put in as pixels


def to_pdf(svg: str, rasterise: Callable[[str], bytes]) -> bytes:
    """One page as PDF 1.7.

    Args:
        svg: a painted picture.
        rasterise: makes a PNG of a small SVG, four pixels per point.

    Example:
        >>> to_pdf('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>', lambda svg: b"")[:8]
        b'%PDF-1.7'
    """
    return _Page(ET.fromstring(svg), rasterise).document()


def _tag(element: ET.Element) -> str:
    return element.tag.rpartition("}")[2]


def _utf16(text: str) -> str:
    """Text as PDF writes it: UTF-16 with a mark in front, in hexadecimal."""
    return ("\N{ZERO WIDTH NO-BREAK SPACE}" + text).encode("utf-16-be", "replace").hex()


def _n(value: float) -> str:
    return f"{value:.3f}".rstrip("0").rstrip(".") or "0"


class _Page:
    def __init__(self, root: ET.Element, rasterise: Callable[[str], bytes]) -> None:
        self.root, self.rasterise = root, rasterise
        self.width, self.height = float(root.get("width", "0")), float(root.get("height", "0"))
        self.title = next((child.text or "" for child in root if _tag(child) == "title"), "")
        self.faces: dict[Face, set[str]] = {}
        self.images: list[tuple[int, int, bytes, bytes]] = []
        self.opacities: list[str] = []

    def document(self) -> bytes:
        ops = [f"1 0 0 -1 0 {_n(self.height)} cm"]
        for child in self.root:
            ops += self.element(child)
        return _file(self, "\n".join(ops).encode("ascii"))

    def element(self, element: ET.Element) -> Iterator[str]:
        tag = _tag(element)
        if tag == "g":
            yield "q"
            yield from _transform(element)
            for child in element:
                yield from self.element(child)
            yield "Q"
        elif tag == "text":
            yield from self.text(element)
        elif tag == "image":
            yield from self.logo(element)
        elif tag in ("rect", "path", "circle"):
            yield from self.shape(element, tag)

    def shape(self, element: ET.Element, tag: str) -> Iterator[str]:
        fill, stroke = element.get("fill", "none"), element.get("stroke", "none")
        if tag == "path" and element.get("fill") is None and stroke == "none":
            fill = "#000000"
        if fill == stroke == "none":
            return
        yield "q"
        yield from _transform(element)
        for key in ("fill-opacity", "stroke-opacity"):
            if element.get(key):
                yield f"/G{self.opacity(element.get(key, '1'))} gs"
        if fill != "none":
            yield f"{_colour(fill)} rg"
        if stroke != "none":
            dashes = " ".join(_NUMBER.findall(element.get("stroke-dasharray", "")))
            cap = "1" if element.get("stroke-linecap") == "round" else "0"
            yield f"{_colour(stroke)} RG {element.get('stroke-width', '1')} w {cap} J [{dashes}] 0 d"
        yield from {"rect": self.rect, "circle": _circle, "path": _path}[tag](element)
        even = "*" if element.get("fill-rule") == "evenodd" else ""
        yield f"B{even}" if fill != "none" and stroke != "none" else f"f{even}" if fill != "none" else "S"
        yield "Q"

    def rect(self, element: ET.Element) -> Iterator[str]:
        whole = element.get("width") == "100%"
        x, y = float(element.get("x", "0")), float(element.get("y", "0"))
        wide, tall = (self.width, self.height) if whole else (float(element.get("width", "0")), float(element.get("height", "0")))
        r = min(float(element.get("rx", "0")), wide / 2, tall / 2)
        k = r * (1 - _ARC)
        x1, y1 = x + wide, y + tall
        points = (x + r, y, x1 - r, y, x1 - k, y, x1, y + k, x1, y + r, x1, y1 - r, x1, y1 - k, x1 - k, y1, x1 - r, y1)
        a = [_n(p) for p in points]
        b = [_n(p) for p in (x + r, y1, x + k, y1, x, y1 - k, x, y1 - r, x, y + r, x, y + k, x + k, y, x + r, y)]
        yield f"{a[0]} {a[1]} m {a[2]} {a[3]} l {' '.join(a[4:10])} c {a[10]} {a[11]} l {' '.join(a[12:18])} c"
        yield f"{b[0]} {b[1]} l {' '.join(b[2:8])} c {b[8]} {b[9]} l {' '.join(b[10:16])} c h"

    def opacity(self, value: str) -> int:
        if value not in self.opacities:
            self.opacities.append(value)
        return self.opacities.index(value)

    def text(self, element: ET.Element) -> Iterator[str]:
        said, size = element.text or "", float(element.get("font-size", "14"))
        face = _FACES[element.get("font-weight", "400"), element.get("font-style", "normal")]
        x, y = float(element.get("x", "0")), float(element.get("y", "0"))
        wide = text_width(said, size, face)
        x -= wide / 2 if element.get("text-anchor") == "middle" else 0
        yield "q"
        yield f"{_colour(element.get('fill', '#000000'))} rg"
        if fits_bundled_font(said) and not is_right_to_left(said):
            yield f"BT /{face} {_n(size)} Tf 1 0 0 -1 {_n(x)} {_n(y)} Tm <{self.glyphs(said, face)}> Tj ET"
        else:
            yield from self.as_pixels(element, said, x, y - size, wide, size * 1.35)
        if element.get("text-decoration") == "line-through":
            yield f"{_n(x)} {_n(y - size * 0.32)} {_n(wide)} {_n(max(size / 14, 0.8))} re f"
        yield "Q"

    def glyphs(self, said: str, face: Face) -> str:
        self.faces.setdefault(face, set()).update(said)
        ids = font(face).ids
        return "".join(f"{ids.get(ord(char), 0):04X}" for char in said)

    def as_pixels(self, element: ET.Element, said: str, x: float, y: float, wide: float, tall: float) -> Iterator[str]:
        """A line that our typeface cannot set."""
        copy = ET.Element(
            "text", {**element.attrib, "x": _n(float(element.get("x", "0")) - x + 4), "y": _n(float(element.get("y", "0")) - y)}
        )
        copy.text = said
        copy.attrib.pop("text-decoration", None)
        family = "Inter, 'Segoe UI', Roboto, Arial, sans-serif"
        root = ET.Element(
            "svg", {"xmlns": "http://www.w3.org/2000/svg", "width": _n(wide + 8), "height": _n(tall), "font-family": family}
        )
        root.append(copy)
        name = self.image(self.rasterise(ET.tostring(root, encoding="unicode")))
        yield f"/Span <</ActualText <{_utf16(said)}>>> BDC"
        yield f"q {_n(wide + 8)} 0 0 {_n(-tall)} {_n(x - 4)} {_n(y + tall)} cm /{name} Do Q EMC"

    def logo(self, element: ET.Element) -> Iterator[str]:
        """A logo, inside its box and at its right."""
        data = base64.b64decode((element.get("href") or "").partition(",")[2])
        box = [float(element.get(key, "0")) for key in ("x", "y", "width", "height")]
        svg = ET.Element("svg", {"xmlns": "http://www.w3.org/2000/svg", "width": _n(box[2]), "height": _n(box[3])})
        svg.append(ET.Element("image", {**element.attrib, "x": "0", "y": "0"}))
        if data:
            name = self.image(self.rasterise(ET.tostring(svg, encoding="unicode")))
            yield f"q {_n(box[2])} 0 0 {_n(-box[3])} {_n(box[0])} {_n(box[1] + box[3])} cm /{name} Do Q"

    def image(self, png: bytes) -> str:
        wide, tall, rgba = _pixels(png)
        colours = zlib.compress(bytes(b for i, b in enumerate(rgba) if i % 4 != 3))
        self.images.append((wide, tall, colours, zlib.compress(rgba[3::4])))
        return f"I{len(self.images) - 1}"


def _transform(element: ET.Element) -> Iterator[str]:
    for name, inner in re.findall(r"(translate|scale)\(([^)]*)\)", element.get("transform", "")):
        numbers = [float(n) for n in _NUMBER.findall(inner)]
        x, y = (numbers * 2)[:2] if len(numbers) == 1 else numbers[:2]
        yield f"1 0 0 1 {_n(x)} {_n(y)} cm" if name == "translate" else f"{x:g} 0 0 {y:g} 0 0 cm"


def _colour(given: str) -> str:
    return " ".join(_n(int(given[i : i + 2], 16) / 255) for i in (1, 3, 5))


def _circle(element: ET.Element) -> Iterator[str]:
    x, y, r = (float(element.get(key, "0")) for key in ("cx", "cy", "r"))
    k = r * _ARC
    corners = [(x + r, y + k, x + k, y + r, x, y + r), (x - k, y + r, x - r, y + k, x - r, y)]
    corners += [(x - r, y - k, x - k, y - r, x, y - r), (x + k, y - r, x + r, y - k, x + r, y)]
    yield f"{_n(x + r)} {_n(y)} m " + " ".join(f"{' '.join(_n(v) for v in corner)} c" for corner in corners) + " h"


def _path(element: ET.Element) -> Iterator[str]:
    x = y = 0.0
    for step, inner in _STEP.findall(element.get("d", "")):
        numbers = [float(n) for n in _NUMBER.findall(inner)]
        if step == "Z":
            yield "h"
        elif step in "MLHVh":
            pairs = list(zip(numbers[::2], numbers[1::2], strict=False))
            if step in "Hh":
                pairs = [(n + (x if step == "h" else 0), y) for n in numbers]
            elif step == "V":
                pairs = [(x, n) for n in numbers]
            for index, (x, y) in enumerate(pairs):
                yield f"{_n(x)} {_n(y)} {'m' if step == 'M' and index == 0 else 'l'}"
        elif step == "C":
            for i in range(0, len(numbers) - 5, 6):
                yield " ".join(_n(v) for v in numbers[i : i + 6]) + " c"
                x, y = numbers[i + 4 : i + 6]
        elif step == "Q":
            for i in range(0, len(numbers) - 3, 4):
                cx, cy, ex, ey = numbers[i : i + 4]
                inside = (x + (cx - x) * 2 / 3, y + (cy - y) * 2 / 3, ex + (cx - ex) * 2 / 3, ey + (cy - ey) * 2 / 3, ex, ey)
                yield " ".join(_n(v) for v in inside) + " c"
                x, y = ex, ey
        elif step == "A":
            r, _, _, large, sweep, ex, ey = numbers[:7]
            yield from _arc((x, y), (ex, ey), r, large=bool(large), sweep=bool(sweep))
            x, y = ex, ey


def _arc(start: tuple[float, float], end: tuple[float, float], r: float, *, large: bool, sweep: bool) -> Iterator[str]:
    """A part of a circle as curves of at most a quarter each (SVG 2, appendix B.2.4, for circles)."""
    import math

    (x1, y1), (x2, y2) = start, end
    half = math.dist(start, end) / 2
    r = max(r, half)
    away = math.sqrt(max(r * r - half * half, 0.0)) * (1 if large != sweep else -1)
    nx, ny = ((y2 - y1) / (2 * half), -(x2 - x1) / (2 * half)) if half else (0.0, 0.0)
    cx, cy = (x1 + x2) / 2 - nx * away, (y1 + y2) / 2 - ny * away
    a, b = math.atan2(y1 - cy, x1 - cx), math.atan2(y2 - cy, x2 - cx)
    turn = (b - a) % (2 * math.pi) if sweep else -((a - b) % (2 * math.pi))
    pieces = max(1, math.ceil(abs(turn) / (math.pi / 2) - 1e-9))
    step = turn / pieces
    k = 4 / 3 * math.tan(step / 4) * r
    for i in range(pieces):
        s, e = a + i * step, a + (i + 1) * step
        sx, sy, ex, ey = cx + r * math.cos(s), cy + r * math.sin(s), cx + r * math.cos(e), cy + r * math.sin(e)
        inside = (sx - k * math.sin(s), sy + k * math.cos(s), ex + k * math.sin(e), ey - k * math.cos(e), ex, ey)
        yield " ".join(_n(v) for v in inside) + " c"


def _pixels(png: bytes) -> tuple[int, int, bytes]:
    """Width, height and red, green, blue and opacity of a PNG."""
    import io

    try:
        from PIL import Image
    except (ImportError, OSError) as missing:
        raise missing_package("pillow", missing) from missing

    with Image.open(io.BytesIO(png)) as picture:
        return picture.width, picture.height, picture.convert("RGBA").tobytes()


def _file(page: _Page, content: bytes) -> bytes:
    """The objects of a document, one after the other, with the table that says where each begins."""
    objects: list[bytes] = []

    def add(body: str, stream: bytes | None = None) -> int:
        data = body.encode("ascii")
        if stream is not None:
            packed = zlib.compress(stream)
            data = f"<<{body}/Filter/FlateDecode/Length {len(packed)}>>\nstream\n".encode("ascii") + packed + b"\nendstream"
        objects.append(data)
        return len(objects)

    fonts = " ".join(f"/{face} {_add_font(face, letters, add)} 0 R" for face, letters in sorted(page.faces.items()))
    images = []
    for index, (wide, tall, colours, mask) in enumerate(page.images):
        size = f"/Type/XObject/Subtype/Image/Width {wide}/Height {tall}/BitsPerComponent 8"
        soft = add(f"{size}/ColorSpace/DeviceGray", zlib.decompress(mask))
        images.append(f"/I{index} {add(f'{size}/ColorSpace/DeviceRGB/SMask {soft} 0 R', zlib.decompress(colours))} 0 R")
    states = " ".join(f"/G{i} <</ca {value}/CA {value}>>" for i, value in enumerate(page.opacities))
    body = add("", content)
    resources = f"<</Font<<{fonts}>>/XObject<<{' '.join(images)}>>/ExtGState<<{states}>>>>"
    parent = len(objects) + 2
    sheet = add(
        f"<</Type/Page/Parent {parent} 0 R/MediaBox[0 0 {_n(page.width)} {_n(page.height)}]/Contents {body} 0 R/Resources{resources}>>"
    )
    add(f"<</Type/Pages/Kids[{sheet} 0 R]/Count 1>>")
    root = add(f"<</Type/Catalog/Pages {parent} 0 R/ViewerPreferences<</DisplayDocTitle true>>>>")
    info = add(f"<</Title <{_utf16(page.title)}>/Producer (clmstate)>>")
    out = bytearray(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")
    places = []
    for index, data in enumerate(objects, 1):
        places.append(len(out))
        out += f"{index} 0 obj\n".encode("ascii") + data + b"\nendobj\n"
    start = len(out)
    out += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n".encode("ascii")
    out += b"".join(f"{place:010d} 00000 n \n".encode("ascii") for place in places)
    out += f"trailer<</Size {len(objects) + 1}/Root {root} 0 R/Info {info} 0 R>>\nstartxref\n{start}\n%%EOF\n".encode("ascii")
    return bytes(out)


def _add_font(face: Face, letters: set[str], add: Callable[[str, bytes | None], int]) -> int:
    """A typeface with the widths of its letters and a table that leads back from glyphs to characters."""
    ours = font(face)
    known = sorted((ours.ids[ord(char)], char) for char in letters if ord(char) in ours.ids)
    cut = ours.cut(char for _, char in known)
    file = add(f"/Length1 {len(cut)}", cut)
    scaled = [round(value * 1000 / ours.units) for value in (*ours.box, ours.ascent, ours.descent)]
    box = " ".join(str(value) for value in scaled[:4])
    name = f"CLMSTA+Inter-{face}"  # six letters say that it is a part of the typeface
    described = add(
        f"<</Type/FontDescriptor/FontName/{name}/Flags 4/FontBBox[{box}]/ItalicAngle {-9 if face == 'Italic' else 0}"
        f"/Ascent {scaled[4]}/Descent {scaled[5]}/CapHeight 727/StemV 80/FontFile2 {file} 0 R>>",
        None,
    )
    widths = " ".join(f"{glyph} [{ours.width(glyph)}]" for glyph, _ in known)
    inner = add(
        f"<</Type/Font/Subtype/CIDFontType2/BaseFont/{name}/CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)/Supplement 0>>"
        f"/FontDescriptor {described} 0 R/W[{widths}]/CIDToGIDMap/Identity>>",
        None,
    )
    lines = [f"<{glyph:04X}> <{char.encode('utf-16-be').hex()}>" for glyph, char in known]
    blocks = "".join(
        f"{len(lines[i : i + 100])} beginbfchar\n" + "\n".join(lines[i : i + 100]) + "\nendbfchar\n"
        for i in range(0, len(lines), 100)
    )
    mapped = add(
        "",
        (
            "/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapType 2 def /CMapName /X def "
            f"1 begincodespacerange <0000> <FFFF> endcodespacerange\n{blocks}endcmap end end"
        ).encode("ascii"),
    )
    return add(
        f"<</Type/Font/Subtype/Type0/BaseFont/{name}/Encoding/Identity-H/DescendantFonts[{inner} 0 R]/ToUnicode {mapped} 0 R>>",
        None,
    )
