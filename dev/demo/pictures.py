"""Draws the pictures of the demo mail and writes them as PNG."""

import struct
import zlib
from functools import cache

Colour = tuple[int, int, int]

PAPER: Colour = (250, 248, 244)
INK: Colour = (52, 58, 64)
OAK: Colour = (214, 178, 128)
SAGE: Colour = (139, 162, 136)
BRICK: Colour = (186, 84, 64)
SKY: Colour = (196, 216, 228)
LAMP: Colour = (244, 196, 84)
ACCENTS = (SAGE, BRICK, (76, 110, 150), (150, 108, 150), LAMP, (96, 140, 140))


def png(width: int, height: int, rows: list[bytes], alpha: bool = False) -> bytes:
    """A PNG of eight bits per channel from unfiltered rows."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        checksum = zlib.crc32(kind + data)
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", checksum)

    header = struct.pack(">IIBBBBB", width, height, 8, 6 if alpha else 2, 0, 0, 0)
    packed = zlib.compress(b"".join(b"\0" + row for row in rows), 9)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", packed)
        + chunk(b"IEND", b"")
    )


class Canvas:
    """A sheet of pixels with the few shapes the drawings need."""

    def __init__(self, width: int, height: int, colour: Colour = PAPER) -> None:
        self.width, self.height = width, height
        self.rows = [bytearray(bytes(colour) * width) for _ in range(height)]

    def box(self, x: int, y: int, width: int, height: int, colour: Colour) -> None:
        """A filled rectangle, cut at the edges."""
        left, right = max(x, 0), min(x + width, self.width)
        if right <= left:
            return
        stroke = bytes(colour) * (right - left)
        for row in self.rows[max(y, 0) : max(y + height, 0)]:
            row[left * 3 : right * 3] = stroke

    def frame(self, x: int, y: int, width: int, height: int, colour: Colour) -> None:
        """The outline of a rectangle, two pixels thick."""
        self.box(x, y, width, 2, colour)
        self.box(x, y + height - 2, width, 2, colour)
        self.box(x, y, 2, height, colour)
        self.box(x + width - 2, y, 2, height, colour)

    def disc(self, x: int, y: int, radius: int, colour: Colour) -> None:
        """A filled circle."""
        for dy in range(-radius, radius + 1):
            half = int((radius * radius - dy * dy) ** 0.5)
            self.box(x - half, y + dy, 2 * half, 1, colour)

    def fade(self, top: Colour, bottom: Colour, height: int) -> None:
        """A vertical gradient over the upper part of the sheet."""
        for y in range(min(height, self.height)):
            share = y / height
            mixed = tuple(
                int(a + (b - a) * share) for a, b in zip(top, bottom, strict=True)
            )
            self.rows[y][:] = bytes(mixed) * self.width

    def png(self) -> bytes:
        return png(self.width, self.height, [bytes(row) for row in self.rows])


@cache
def room(variant: int) -> bytes:
    """A furnished room: window, lamps, a row of desks."""
    accent = ACCENTS[variant % len(ACCENTS)]
    sheet = Canvas(640, 400)
    sheet.fade((236, 232, 224), (222, 214, 202), 270)
    sheet.box(0, 270, 640, 130, (172, 142, 108))
    for plank in range(0, 640, 64):
        sheet.box(plank + (variant * 13) % 40, 270, 2, 130, (156, 126, 94))
    sheet.box(40, 50, 170, 140, (255, 255, 255))
    sheet.box(50, 60, 72, 120, SKY)
    sheet.box(128, 60, 72, 120, SKY)
    sheet.box(352, 100, 118, 84, accent)
    for desk in range(3):
        left = 60 + desk * 190
        sheet.box(left + 64, 0, 3, 70, INK)
        sheet.disc(left + 65, 84, 22, LAMP)
        sheet.box(left, 250, 150, 12, OAK)
        sheet.box(left + 8, 262, 8, 80, INK)
        sheet.box(left + 134, 262, 8, 80, INK)
        sheet.box(left + 50, 205, 52, 36, INK)
        sheet.box(left + 54, 209, 44, 28, (120, 150, 170))
        sheet.box(left + 72, 241, 8, 9, INK)
        sheet.box(left + 44, 290, 56, 40, accent)
        sheet.box(left + 68, 330, 8, 34, INK)
    return sheet.png()


@cache
def damage(variant: int) -> bytes:
    """A table edge seen close, with a chip or a scratch."""
    sheet = Canvas(480, 320, (120, 116, 110))
    sheet.box(0, 60, 480, 190, OAK)
    for grain in range(12):
        offset = (grain * 37 + variant * 11) % 180
        sheet.box((grain * 53) % 200, 64 + offset, 240, 2, (200, 162, 112))
    sheet.box(0, 250, 480, 18, (168, 132, 88))
    if variant % 2:
        for step in range(90):
            sheet.box(150 + step * 2, 110 + step // 2, 4, 3, (110, 80, 52))
    else:
        sheet.disc(300, 252, 22, (92, 66, 44))
        sheet.disc(318, 262, 12, (120, 116, 110))
    sheet.frame(250, 190, 110, 100, BRICK)
    return sheet.png()


@cache
def plan(variant: int) -> bytes:
    """A floor plan with walls, door and rows of desks."""
    sheet = Canvas(520, 360, (255, 255, 255))
    sheet.frame(20, 20, 480, 320, INK)
    sheet.frame(24, 24, 472, 312, INK)
    wall = 300 + (variant * 20) % 80
    sheet.box(wall, 20, 5, 200, INK)
    sheet.box(90, 334, 60, 8, (255, 255, 255))
    for row in range(3):
        for column in range(3):
            left, top = 50 + column * 80, 60 + row * 85
            sheet.frame(left, top, 60, 30, ACCENTS[variant % len(ACCENTS)])
            sheet.disc(left + 30, top + 42, 8, SAGE)
    sheet.box(wall + 30, 70, 110, 60, SKY)
    sheet.disc(wall + 85, 190, 34, OAK)
    return sheet.png()


@cache
def chart(variant: int) -> bytes:
    """A bar chart as reports carry it."""
    sheet = Canvas(480, 240, (255, 255, 255))
    sheet.box(40, 20, 2, 190, INK)
    sheet.box(40, 208, 420, 2, INK)
    for bar in range(8):
        tall = 40 + (bar * 47 + variant * 31) % 130
        colour = ACCENTS[variant % len(ACCENTS)] if bar % 2 else SKY
        sheet.box(60 + bar * 50, 208 - tall, 32, tall, colour)
    return sheet.png()


@cache
def logo(variant: int) -> bytes:
    """A small mark for signatures."""
    accent = ACCENTS[variant % len(ACCENTS)]
    sheet = Canvas(120, 40, (255, 255, 255))
    sheet.disc(20, 20, 15, accent)
    sheet.box(18, 4, 4, 32, (255, 255, 255))
    for line, width in enumerate((66, 48, 58)):
        sheet.box(44, 9 + line * 9, width - variant % 3 * 6, 4, INK)
    return sheet.png()


@cache
def pixel() -> bytes:
    """One transparent dot."""
    return png(1, 1, [b"\0\0\0\0"], alpha=True)
