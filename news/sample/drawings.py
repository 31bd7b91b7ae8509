"""Illustrations for the sample content, drawn with Pillow alone: no photo came with the text.

Flat shapes, one label, no fonts or files of the server. The same call gives the same bytes on
every run, so that the library knows a drawing again by its checksum.
"""

import io
import math
import time
import unicodedata
from functools import partial

from PIL import Image, ImageDraw, ImageFont

WIDTH, HEIGHT = 1280, 853
_FINER = 3  # drawn three times as large and shrunk: smooth edges
_LABEL = "HÌNH MINH HOẠ"

_RED, _RED_DARK, _RED_LIGHT = "#a51d22", "#8b1519", "#b92a2d"
_GOLD, _GOLD_DARK = "#f4c33f", "#d9a423"
_WOOD, _WOOD_DARK, _WOOD_LIGHT = "#9a6238", "#7a4b29", "#b67a4b"
_SKIN, _HAIR = "#e3b48c", "#241d1f"
_LEAF, _LEAF_DARK = "#3f7d4a", "#2f6139"
_CREAM, _INK = "#f6efe2", "#2c3a4b"


class _Canvas:
    """Draws in units of the finished picture on an image `_FINER` times as large."""

    def __init__(self, background: str, size: tuple[int, int] = (WIDTH, HEIGHT)):
        self.size = size
        self.image = Image.new("RGB", (size[0] * _FINER, size[1] * _FINER), background)
        self.pen = ImageDraw.Draw(self.image)

    def box(self, left, top, right, bottom, fill, *, radius=0, corners=None):
        bounds = [value * _FINER for value in (left, top, right, bottom)]
        self.pen.rounded_rectangle(bounds, radius * _FINER, fill, corners=corners)

    def oval(self, x, y, across, down, fill):
        """An ellipse around (x, y) with those two radii."""
        bounds = (x - across, y - down, x + across, y + down)
        self.pen.ellipse([value * _FINER for value in bounds], fill)

    def shape(self, points, fill):
        self.pen.polygon([(x * _FINER, y * _FINER) for x, y in points], fill)

    def stroke(self, points, width, fill):
        """A line with round ends and joints."""
        scaled = [(x * _FINER, y * _FINER) for x, y in points]
        self.pen.line(scaled, fill, round(width * _FINER), joint="curve")
        for x, y in (points[0], points[-1]):
            self.oval(x, y, width / 2, width / 2, fill)

    def finished(self) -> Image.Image:
        return self.image.resize(self.size, Image.Resampling.LANCZOS, reducing_gap=2)


# ── Letters ─────────────────────────────────────────────────────────────────────────────────────
# Pillow's own font has no Vietnamese letters: their marks are drawn over its capitals. Each mark
# is a stroke in units of the letter's size, around the letter's middle: above it, or below.
_MARKS = {
    "\u0300": [(-0.17, -0.14), (0.03, 0.0)],  # huyền
    "\u0302": [(-0.17, 0.0), (0.0, -0.12), (0.17, 0.0)],  # mũ
    "\u0303": [(-0.17, -0.02), (-0.07, -0.08), (0.07, -0.02), (0.17, -0.08)],  # ngã
    "\u0323": [(-0.01, 0.0), (0.01, 0.0)],  # nặng
}


def _write(canvas: _Canvas, x: float, y: float, words: str, *, size: float, fill: str) -> float:
    """Write capitals from `x` on the base line `y`; returns where the writing ends."""
    font = ImageFont.load_default(size * _FINER)
    for letter in words:
        base, *marks = unicodedata.normalize("NFD", letter)
        canvas.pen.text((x * _FINER, y * _FINER), base, fill, font, anchor="ls")
        width = font.getlength(base) / _FINER
        _add_marks(canvas, x + width / 2, y, marks, size=size, fill=fill)
        x += width + size * 0.06
    return x


def _add_marks(canvas, middle, base_line, marks, *, size, fill) -> None:
    above = base_line - size * 0.83
    for mark in marks:
        level = base_line + size * 0.17 if mark == "\u0323" else above
        points = [(middle + dx * size, level + dy * size) for dx, dy in _MARKS[mark]]
        canvas.stroke(points, size * (0.12 if mark == "\u0323" else 0.075), fill)
        if mark != "\u0323":
            above -= size * 0.17


def _label(canvas: _Canvas) -> None:
    """The small plate in the lower left corner that says this is no photo."""
    canvas.box(20, HEIGHT - 58, 197, HEIGHT - 20, _CREAM, radius=6)
    _write(canvas, 34, HEIGHT - 32, _LABEL, size=18, fill=_INK)


# ── Pieces that stand in more than one picture ──────────────────────────────────────────────────
def _star(canvas, x, y, radius, fill) -> None:
    """A five-pointed star with one point up."""
    canvas.shape(_star_points(x, y, radius, radius * 0.382, 5), fill)


def _star_points(x, y, outer, inner, points):
    turns = [math.pi * step / points - math.pi / 2 for step in range(2 * points)]
    radii = [inner if step % 2 else outer for step in range(2 * points)]
    return [(x + r * math.cos(a), y + r * math.sin(a)) for r, a in zip(radii, turns, strict=True)]


def _curtain(canvas, left, top, right, bottom, *, fold) -> None:
    """Hanging cloth in folds of that width, under a scalloped edge."""
    canvas.box(left, top, right, bottom, _RED)
    for number in range(math.ceil((right - left) / fold)):
        x = left + number * fold
        canvas.box(x, top, min(x + fold * 0.30, right), bottom, _RED_DARK)
        canvas.box(
            min(x + fold * 0.55, right), top, min(x + fold * 0.72, right), bottom, _RED_LIGHT
        )
    count = round((right - left) / (fold * 1.5))
    scallop = (right - left) / count
    for number in range(count):
        middle = left + (number + 0.5) * scallop
        for drop, fill in ((fold * 0.63, _GOLD_DARK), (fold * 0.55, _RED_DARK)):
            edge = [(math.cos(a) * scallop / 2, math.sin(a) * drop) for a in _turns(0, 180)]
            canvas.shape([(middle + x, top + fold * 0.27 + y) for x, y in edge], fill)
    canvas.box(left, top, right, top + fold * 0.3, _RED_DARK)


def _flowers(canvas, x, y, size, *, colors) -> None:
    """A low bunch of flowers whose lower edge is at `y`."""
    for step in range(9):
        angle = math.pi * (step + 0.5) / 9
        tip = (x - size * 1.15 * math.cos(angle), y - size * 0.95 * math.sin(angle))
        side = size * 0.16
        fill = _LEAF if step % 2 else _LEAF_DARK
        canvas.shape([(x - side, y), tip, (x + side, y)], fill)
    canvas.oval(x, y - size * 0.12, size * 0.8, size * 0.22, _LEAF_DARK)
    places = [(-0.72, 0.3), (-0.42, 0.62), (0, 0.78), (0.42, 0.62), (0.72, 0.3), (-0.24, 0.3)]
    for number, (dx, dy) in enumerate([*places, (0.24, 0.3)]):
        _blossom(canvas, x + dx * size, y - dy * size, size * 0.19, colors[number % len(colors)])


def _blossom(canvas, x, y, radius, fill) -> None:
    for step in range(6):
        angle = math.tau * step / 6
        middle = (x + radius * 0.62 * math.cos(angle), y + radius * 0.62 * math.sin(angle))
        canvas.oval(*middle, radius * 0.5, radius * 0.5, fill)
    canvas.oval(x, y, radius * 0.36, radius * 0.36, _GOLD)


# ── The pictures ────────────────────────────────────────────────────────────────────────────────
def _speaker() -> Image.Image:
    canvas = _Canvas(_RED)
    _curtain(canvas, 0, 0, WIDTH, 690, fold=64)
    _star(canvas, 370, 330, 150, _GOLD)
    canvas.box(0, 690, WIDTH, HEIGHT, _WOOD_DARK)
    canvas.box(0, 690, WIDTH, 704, _WOOD_LIGHT)
    _woman(canvas, 860)
    _lectern(canvas, 860)
    for number, x in enumerate((90, 250, 410, 570, 1190)):
        colors = ("#f3d7e0", "#ffffff") if number % 2 else ("#ffffff", "#e98aa5")
        canvas.shape([(x - 52, 728), (x + 52, 728), (x + 38, 800), (x - 38, 800)], "#d8cbb5")
        canvas.box(x - 58, 718, x + 58, 736, "#e9dfcd", radius=6)
        _flowers(canvas, x, 724, 76, colors=colors)
    _label(canvas)
    return canvas.finished()


def _woman(canvas, x) -> None:
    """Somebody who speaks, from the front: dark hair, a navy jacket, no face to take for real."""
    jacket, lapel = "#27406b", "#1d3154"
    canvas.oval(x, 262, 86, 98, _HAIR)
    canvas.box(x - 86, 262, x + 86, 352, _HAIR, radius=34)
    canvas.box(x - 27, 330, x + 27, 412, "#d3a079", radius=14)
    canvas.box(x - 150, 392, x + 150, 640, jacket, radius=78)
    canvas.shape([(x - 46, 392), (x + 46, 392), (x, 486)], "#ffffff")
    canvas.shape([(x - 27, 386), (x + 27, 386), (x, 424)], "#d3a079")
    canvas.shape([(x - 48, 392), (x - 84, 396), (x, 520), (x, 486)], lapel)
    canvas.shape([(x + 48, 392), (x + 84, 396), (x, 520), (x, 486)], lapel)
    canvas.oval(x, 284, 58, 74, _SKIN)
    fringe = [(x + 62 * math.cos(a), 262 + 58 * math.sin(a)) for a in _turns(180, 360)]
    canvas.shape([*fringe, (x + 58, 284), (x + 10, 232), (x - 58, 288)], _HAIR)
    for side in (-1, 1):
        canvas.stroke([(x + side * 130, 470), (x + side * 118, 540)], 44, lapel)
        canvas.oval(x + side * 96, 548, 25, 15, _SKIN)


def _turns(first: int, last: int, step: int = 6) -> list[float]:
    return [math.radians(degrees) for degrees in range(first, last + 1, step)]


def _lectern(canvas, x) -> None:
    canvas.stroke([(x + 62, 552), (x + 56, 490), (x + 24, 446)], 6, "#3a3d42")
    canvas.stroke([(x + 24, 446), (x + 12, 430)], 17, "#2a2c30")
    canvas.shape([(x - 170, 556), (x + 170, 556), (x + 140, 790), (x - 140, 790)], _WOOD)
    canvas.shape([(x - 132, 600), (x + 132, 600), (x + 112, 762), (x - 112, 762)], _WOOD_LIGHT)
    canvas.shape([(x - 124, 608), (x + 124, 608), (x + 105, 754), (x - 105, 754)], _WOOD)
    canvas.box(x - 188, 548, x + 188, 576, _WOOD_DARK, radius=8)
    canvas.box(x - 160, 788, x + 160, 810, _WOOD_DARK, radius=6)
    _flowers(canvas, x, 716, 88, colors=("#ffffff", "#f3a9bd", _GOLD))


def _delegates() -> Image.Image:
    canvas = _Canvas("#e9dcc4")
    for x in (0, 1180):  # side walls with panels
        canvas.box(x, 0, x + 100, HEIGHT, "#dccbad")
        canvas.box(x + 22, 60, x + 78, 430, "#cdb892", radius=4)
    canvas.box(0, 0, WIDTH, 36, "#cdb892")
    for x in range(200, 1180, 176):
        canvas.oval(x, 36, 30, 9, "#fff8e3")
    _stage(canvas)
    rows = ((470, 0.60, 11), (540, 0.78, 9), (628, 1.02, 8), (740, 1.34, 6))
    for number, (y, scale, count) in enumerate(rows):
        _row(canvas, y, scale=scale, count=count, number=number)
    _label(canvas)
    return canvas.finished()


def _stage(canvas) -> None:
    _curtain(canvas, 220, 70, 1060, 400, fold=42)
    _star(canvas, 640, 196, 64, _GOLD)
    canvas.box(160, 396, 1120, 470, _WOOD)
    canvas.box(160, 396, 1120, 404, _WOOD_LIGHT)
    for x in (500, 593, 687, 780):  # those who chair, small and far
        canvas.box(x - 30, 322, x + 30, 390, "#2b3c5a", radius=20)
        canvas.shape([(x - 9, 322), (x + 9, 322), (x, 346)], "#ffffff")
        canvas.oval(x, 302, 16, 20, _SKIN)
        hair = [(x + 18 * math.cos(a), 298 + 20 * math.sin(a)) for a in _turns(180, 360)]
        canvas.shape([*hair, (x + 17, 300), (x, 288), (x - 17, 300)], _HAIR)
    canvas.box(430, 352, 850, 402, "#fbf7ee", radius=4)
    canvas.box(430, 352, 850, 360, "#e7dcc6", radius=3)
    _flowers(canvas, 640, 400, 40, colors=("#e98aa5", "#ffffff"))
    for x in (270, 1010):
        canvas.box(x - 20, 368, x + 20, 398, "#d8cbb5", radius=4)
        _flowers(canvas, x, 370, 42, colors=("#ffffff", _GOLD))


_CLOTHES = ("#2f4468", "#5b6470", "#f1ece2", "#3d5a50", "#7b3b40", "#39393f", "#8296a8")


def _row(canvas, y, *, scale, count, number) -> None:
    """People from behind, their heads around `y`, then the backs of their seats."""
    gap = WIDTH / count
    shift = gap / 4 if number % 2 else -gap / 4
    for seat in range(-1, count + 1):
        x = (seat + 0.5) * gap + shift
        _delegate(canvas, x, y, scale, look=seat * 2 + number * 5)
        top, half = y + 92 * scale, gap * 0.44
        canvas.box(x - half, top, x + half, top + 300, "#7d2a2f", radius=18 * scale)
        canvas.box(x - half + 8, top + 9, x + half - 8, top + 300, "#933439", radius=14 * scale)


def _delegate(canvas, x, y, scale, *, look) -> None:
    clothes = _CLOTHES[look % len(_CLOTHES)]
    has_long_hair = look % 3 == 1
    hair = "#6d6a69" if look % 7 == 4 else _HAIR
    canvas.box(x - 15 * scale, y + 20 * scale, x + 15 * scale, y + 62 * scale, "#c9976f")
    canvas.box(
        x - 70 * scale, y + 50 * scale, x + 70 * scale, y + 190 * scale, clothes, radius=40 * scale
    )
    for side in (-1, 1):
        canvas.oval(x + side * 33 * scale, y + 4 * scale, 6 * scale, 11 * scale, _SKIN)
    canvas.oval(x, y, 33 * scale, 41 * scale, hair)
    if has_long_hair:
        bottom = y + 74 * scale
        canvas.box(x - 35 * scale, y, x + 35 * scale, bottom, hair, radius=22 * scale)


def _star_anise() -> Image.Image:
    canvas = _Canvas("#f3ead8")
    pods = (
        (330, 300, 215, 10),
        (800, 250, 170, 32),
        (1090, 520, 190, 5),
        (640, 600, 185, 20),
        (150, 660, 130, 0),
        (1130, 130, 105, 22),
        (905, 770, 105, 40),
    )
    for x, y, size, turn in pods:
        _leaf(canvas, x, y, size * 1.25, turn=turn + 25)
    for x, y, size, turn in pods:
        _pods(canvas, x, y, size, turn=turn)
    _label(canvas)
    return canvas.finished()


def _petal(x, y, length, width, angle):
    """A pointed leaf from (x, y) outwards: its outline."""
    along, across = (math.cos(angle), math.sin(angle)), (-math.sin(angle), math.cos(angle))
    steps = [step / 24 for step in range(25)]
    right = [(length * t, width * math.sin(math.pi * t**0.8)) for t in steps]
    outline = right + [(a, -b) for a, b in reversed(right)]
    return [
        (x + a * along[0] + b * across[0], y + a * along[1] + b * across[1]) for a, b in outline
    ]


def _leaf(canvas, x, y, length, *, turn) -> None:
    angle = math.radians(turn)
    canvas.shape(_petal(x, y, length, length * 0.2, angle), "#8fae7d")
    end = (x + length * 0.92 * math.cos(angle), y + length * 0.92 * math.sin(angle))
    canvas.stroke([(x, y), end], 3, "#6f9160")


def _pods(canvas, x, y, size, *, turn) -> None:
    """The eight-rayed fruit: each ray an open pod with its seed."""
    for ray in range(8):
        angle = math.radians(turn + ray * 45)
        out = partial(lambda a, r: (x + r * math.cos(a), y + r * math.sin(a)), angle)
        canvas.shape(_petal(x, y, size, size * 0.17, angle), "#7b4526")
        canvas.shape(_petal(*out(size * 0.06), size * 0.86, size * 0.12, angle), "#a2663a")
        canvas.shape(_petal(*out(size * 0.28), size * 0.5, size * 0.075, angle), "#5e3219")
        canvas.oval(*out(size * 0.52), size * 0.062, size * 0.062, "#c98a4c")
        canvas.oval(*out(size * 0.50), size * 0.022, size * 0.022, "#ecc591")
    canvas.oval(x, y, size * 0.1, size * 0.1, "#6b3a1e")


def _scales() -> Image.Image:
    canvas = _Canvas("#dfe8ec")
    canvas.oval(640, 380, 330, 330, "#eef3f5")
    canvas.box(0, 680, WIDTH, HEIGHT, "#8a6a4e")
    canvas.box(0, 680, WIDTH, 694, "#a3805f")
    canvas.box(470, 640, 810, 690, "#39485a", radius=14)
    canvas.box(530, 604, 750, 648, "#4a5c71", radius=12)
    canvas.shape([(622, 190), (658, 190), (668, 610), (612, 610)], _GOLD_DARK)
    canvas.shape([(630, 190), (644, 190), (640, 610), (624, 610)], _GOLD)
    canvas.stroke([(340, 214), (940, 214)], 18, _GOLD_DARK)
    canvas.stroke([(340, 210), (940, 210)], 8, _GOLD)
    canvas.oval(640, 190, 34, 34, _GOLD_DARK)
    canvas.oval(640, 190, 22, 22, _GOLD)
    for x in (340, 940):
        _pan(canvas, x)
    _weights(canvas)
    canvas.box(870, 500, 1010, 520, "#d97b3a", radius=6)
    canvas.box(884, 436, 996, 502, "#e59a5c", radius=8)
    _ruler(canvas)
    _label(canvas)
    return canvas.finished()


def _pan(canvas, x) -> None:
    for side in (-1, 1):
        canvas.stroke([(x, 214), (x + side * 130, 520)], 4, "#6d7c8c")
    canvas.oval(x, 214, 13, 13, "#39485a")
    bowl = [(x + 150 * math.cos(a), 520 + 62 * math.sin(a)) for a in _turns(0, 180)]
    canvas.shape(bowl, _GOLD_DARK)
    canvas.box(x - 156, 512, x + 156, 528, _GOLD, radius=8)


def _weights(canvas) -> None:
    """Three on the pan, two on the table."""
    places = ((280, 512, 62), (354, 512, 48), (412, 512, 36), (130, 690, 84), (236, 690, 62))
    for x, base, size in places:
        canvas.box(
            x - size * 0.46, base - size, x + size * 0.46, base, "#5c6c7e", radius=size * 0.1
        )
        canvas.box(x - size * 0.34, base - size, x - size * 0.2, base, "#7d8da0")
        canvas.box(x - size * 0.14, base - size * 1.2, x + size * 0.14, base - size, "#5c6c7e")
        canvas.oval(x, base - size * 1.25, size * 0.26, size * 0.16, "#5c6c7e")


def _ruler(canvas) -> None:
    canvas.box(860, 744, 1250, 800, "#f0d58a", radius=4)
    for step in range(25):
        length = 30 if step % 5 == 0 else 17
        x = 876 + step * 15
        canvas.box(x, 744, x + 2, 744 + length, "#6b5423")


def _glassware() -> Image.Image:
    canvas = _Canvas("#e3efec")
    canvas.box(0, 90, WIDTH, 108, "#c5d8d3")
    for number, x in enumerate(range(120, WIDTH, 130)):
        _bottle(canvas, x, 90, ("#b9cbd6", "#c9b79b", "#a9c4ae")[number % 3])
    canvas.box(0, 670, WIDTH, HEIGHT, "#b9c7cc")
    canvas.box(0, 670, WIDTH, 686, "#d3dde0")
    _conical_flask(canvas, 290, 700)
    _round_flask(canvas, 610, 690)
    _tubes(canvas, 1000, 700)
    _label(canvas)
    return canvas.finished()


_GLASS, _RIM = "#f4fbfb", "#9db8bd"


def _bottle(canvas, x, base, fill) -> None:
    canvas.box(x - 30, base - 62, x + 30, base, fill, radius=8)
    canvas.box(x - 12, base - 84, x + 12, base - 58, fill)
    canvas.box(x - 20, base - 44, x + 20, base - 18, _CREAM)


def _conical_flask(canvas, x, base) -> None:
    neck, wide = 36, 170
    sides = [(x - neck, 330), (x + neck, 330), (x + wide, base), (x - wide, base)]
    canvas.shape(sides, _GLASS)
    canvas.shape(
        [(x - 98, 510), (x + 98, 510), (x + 158, base - 10), (x - 158, base - 10)], "#5aa7a0"
    )
    canvas.oval(x, 510, 98, 12, "#7cc0b9")
    for start, end in (((x - neck, 330), (x - wide, base)), ((x + neck, 330), (x + wide, base))):
        canvas.stroke([start, end], 7, _RIM)
    canvas.stroke([(x - wide, base), (x + wide, base)], 7, _RIM)
    canvas.box(x - neck - 3, 250, x + neck + 3, 336, _GLASS)
    for side in (-1, 1):
        canvas.stroke([(x + side * neck, 252), (x + side * neck, 332)], 7, _RIM)
    canvas.box(x - 52, 238, x + 52, 254, _RIM, radius=8)
    for dx, y, size in ((-40, 610, 12), (20, 570, 9), (56, 640, 14), (-6, 650, 8)):
        canvas.oval(x + dx, y, size, size, "#8fcfc8")


def _round_flask(canvas, x, base) -> None:
    canvas.box(x - 100, base - 14, x + 100, base + 14, "#55636f", radius=8)
    canvas.oval(x, base - 150, 142, 142, _RIM)
    canvas.oval(x, base - 150, 135, 135, _GLASS)
    liquid = [(x + 128 * math.cos(a), base - 150 + 128 * math.sin(a)) for a in _turns(0, 180)]
    canvas.shape(liquid, "#e2a33c")
    canvas.oval(x, base - 150, 128, 16, "#f0c068")
    canvas.box(x - 33, 260, x + 33, base - 262, _RIM)
    canvas.box(x - 26, 262, x + 26, base - 255, _GLASS)
    canvas.box(x - 46, 250, x + 46, 266, _RIM, radius=8)
    canvas.oval(x - 62, base - 206, 16, 30, "#ffffff")


def _tubes(canvas, x, base) -> None:
    colors = ("#c25b5b", "#5b8fc2", "#7fae5d", "#a778b8")
    for number, color in enumerate(colors):
        middle = x - 135 + number * 90
        canvas.box(middle - 30, 330, middle + 30, base - 36, _RIM, radius=30)
        canvas.box(middle - 24, 330, middle + 24, base - 42, _GLASS, radius=24)
        top = 470 + (number % 2) * 46
        canvas.box(
            *(middle - 24, top, middle + 24, base - 42, color),
            radius=24,
            corners=(False, False, True, True),
        )
        canvas.box(middle - 37, 322, middle + 37, 336, _RIM, radius=7)
    for y, thickness in ((430, 26), (base - 30, 34)):
        canvas.box(x - 210, y, x + 210, y + thickness, _WOOD, radius=6)
        canvas.box(x - 210, y, x + 210, y + 7, _WOOD_LIGHT, radius=3)
    for side in (-1, 1):
        canvas.box(x + side * 204 - 13, 424, x + side * 204 + 13, base + 6, _WOOD_DARK, radius=5)


_PICTURES = {
    "speaker": _speaker,
    "delegates": _delegates,
    "star-anise": _star_anise,
    "scales": _scales,
    "glassware": _glassware,
}


def picture(name: str) -> bytes:
    """The PNG file of one picture, 1280 × 853: one of the names in `_PICTURES`."""
    buffer = io.BytesIO()
    _PICTURES[name]().save(buffer, "PNG", compress_level=6)
    return buffer.getvalue()


def document() -> bytes:
    """A PDF file of one A4 page that says "TÀI LIỆU MẪU" over a picture."""
    canvas = _Canvas("#ffffff", size=(1240, 1754))  # 150 dots an inch
    canvas.box(110, 150, 1130, 166, _RED)
    _write(canvas, 110, 320, "TÀI LIỆU MẪU", size=96, fill=_INK)
    page = canvas.finished()
    page.paste(_star_anise().resize((1020, 680), Image.Resampling.LANCZOS), (110, 440))
    buffer = io.BytesIO()
    moment = time.gmtime(0)  # a fixed time: the same bytes on every run
    page.save(
        *(buffer, "PDF"),
        resolution=150,
        quality=80,
        title="Tài liệu mẫu",
        creationDate=moment,
        modDate=moment,
    )
    return buffer.getvalue()
