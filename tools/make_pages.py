#!/usr/bin/python3
"""Makes pages of text, a kind of picture that no photograph resembles, to train codebooks on.

    tools/make_pages.py pages

The texts are the licences in Debian's base-files, the fonts DejaVu (apt install python3-pil
fonts-dejavu-core). The same seed gives the same pages. Every 12th page, which `vqcodec train`
holds out, is set from texts that no other page shows.
"""

import argparse
import pathlib
import random
import sys

try:
    from PIL import Image, ImageDraw, ImageFont
except ModuleNotFoundError:
    sys.exit("make_pages.py: Pillow is missing; apt install python3-pil and use /usr/bin/python3")

TEXTS = pathlib.Path("/usr/share/common-licenses")
FONTS = pathlib.Path("/usr/share/fonts/truetype/dejavu")
HOLD_OUT = 12  # the default of vqcodec train --hold-out
HELD_OUT_TEXTS = ["MPL-2.0", "Artistic"]
TRAINING_TEXTS = ["Apache-2.0", "BSD", "CC0-1.0", "GFDL-1.3", "GPL-1", "GPL-2", "GPL-3", "LGPL-2.1",
                  "LGPL-3", "MPL-1.1"]
FAMILIES = {"serif": ("DejaVuSerif", "DejaVuSerif-Bold"), "sans": ("DejaVuSans", "DejaVuSans-Bold"),
            "mono": ("DejaVuSansMono", "DejaVuSansMono-Bold")}
SIZE = WIDTH, HEIGHT = 768, 512
# Paper, ink and accent.
PALETTES = [((255, 255, 255), (0, 0, 0), (176, 32, 32)),
            ((255, 255, 255), (34, 34, 34), (0, 82, 155)),
            ((250, 246, 232), (60, 47, 35), (140, 80, 20)),
            ((238, 240, 243), (20, 24, 40), (20, 110, 80)),
            ((30, 32, 38), (222, 222, 218), (240, 180, 70))]


class Style:
    """What a page's author would choose once."""

    def __init__(self, rng):
        self.paper, self.ink, self.accent = rng.choice(PALETTES[:2] + PALETTES)  # mostly on white
        regular, bold = FAMILIES[rng.choice(["serif", "serif", "sans", "sans", "mono"])]
        self.size = rng.randint(10, 19)
        self.regular, self.bold = load_font(regular, self.size), load_font(bold, self.size)
        self.title = load_font(bold, round(self.size * rng.uniform(1.3, 2)))
        self.line = round(self.size * rng.uniform(1.25, 1.6))
        self.columns = 2 if self.size < 14 and rng.random() < 0.5 else 1
        self.justified = rng.random() < 0.4
        self.smooth = rng.random() < 0.75  # else every pixel is paper or ink
        self.margin = rng.randint(24, 64)
        self.box_share = rng.choice([0, 0.1, 0.3])

    def tint(self, share):
        return tuple(round(p + (a - p) * share) for p, a in zip(self.paper, self.accent))


def load_font(name, size):
    # The basic layout: the other one may be missing, and would set other pages.
    return ImageFont.truetype(str(FONTS / f"{name}.ttf"), size,
                              layout_engine=ImageFont.Layout.BASIC)


def read_paragraphs(names):
    text = "\n\n".join((TEXTS / name).read_text(encoding="ascii") for name in names)
    paragraphs = [" ".join(paragraph.split()) for paragraph in text.split("\n\n")]
    return [p for p in paragraphs if any(c.isalpha() for c in p)]


def is_heading(paragraph):
    return len(paragraph) < 60 and not paragraph.endswith((".", ";", ",", ":"))


def wrap(words, font, width):
    lines, line = [], []
    for word in words:
        if line and font.getlength(" ".join(line + [word])) > width:
            lines.append(line)
            line = []
        line.append(word)
    return lines + [line]


class Column:
    """A column of the page, filled from its top."""

    def __init__(self, draw, style, left, right, top, bottom):
        self.draw, self.style = draw, style
        self.left, self.right, self.y, self.bottom = left, right, top, bottom

    def has_room(self, lines=1):
        return self.y + lines * self.style.line <= self.bottom

    def add_line(self, words, font, color, indent, justified):
        x, gap = self.left + indent, font.getlength(" ")
        if justified and len(words) > 1:
            used = sum(font.getlength(word) for word in words)
            gap = (self.right - indent - x - used) / (len(words) - 1)
        for word in words:
            self.draw.text((round(x), self.y), word, fill=color, font=font)
            x += font.getlength(word) + gap
        self.y += self.style.line

    def add_paragraph(self, paragraph, indent=0):
        style = self.style
        heading = is_heading(paragraph)
        font, color = (style.bold, style.accent) if heading else (style.regular, style.ink)
        lines = wrap(paragraph.split(), font, self.right - self.left - 2 * indent)
        for i, words in enumerate(lines):
            if not self.has_room():
                return
            self.add_line(words, font, color, indent, style.justified and i + 1 < len(lines))
        self.y += style.line // 2

    def add_box(self, paragraph):
        style, indent = self.style, self.style.size
        lines = len(wrap(paragraph.split(), style.regular, self.right - self.left - 2 * indent))
        if not self.has_room(lines + 2):
            return
        edges = [self.left, self.y, self.right, self.y + (lines + 1) * style.line]
        self.draw.rectangle(edges, fill=style.tint(0.12), outline=style.accent)
        self.y += style.line // 2
        self.add_paragraph(paragraph, indent)
        self.y += style.line // 2

    def add_table(self, words, rng):
        style, columns = self.style, 3
        width = (self.right - self.left) // columns
        for row in range(rng.randint(3, 6)):
            if not self.has_room(2):
                break
            if row % 2 == 1:
                self.draw.rectangle([self.left, self.y, self.right, self.y + style.line - 1],
                                    fill=style.tint(0.1))
            for column in range(columns):
                cell = rng.choice(words) if column == 0 else f"{rng.uniform(0, 1000):.2f}"
                font = style.bold if row == 0 else style.regular
                self.draw.text((self.left + column * width + 4, self.y), cell[:12], fill=style.ink,
                               font=font)
            self.y += style.line
            if row == 0:
                self.draw.line([self.left, self.y - 1, self.right, self.y - 1], fill=style.ink)
        self.y += style.line // 2


def add_title(draw, style, paragraph):
    """Title and rule; returns where the text may begin."""
    title = wrap(paragraph.split(), style.title, WIDTH - 2 * style.margin)[0]
    draw.text((style.margin, style.margin // 2), " ".join(title), fill=style.ink, font=style.title)
    y = style.margin // 2 + round(style.title.size * 1.4)
    draw.line([style.margin, y, WIDTH - style.margin, y], fill=style.accent, width=2)
    return y + style.line // 2


def make_page(rng, paragraphs):
    style = Style(rng)
    page = Image.new("RGB", SIZE, style.paper)
    draw = ImageDraw.Draw(page)
    draw.fontmode = "L" if style.smooth else "1"
    at = rng.randrange(len(paragraphs))
    top = add_title(draw, style, paragraphs[at]) if rng.random() < 0.5 else style.margin
    gap = 2 * style.size
    width = (WIDTH - 2 * style.margin - gap * (style.columns - 1)) // style.columns
    for column in range(style.columns):
        left = style.margin + column * (width + gap)
        text = Column(draw, style, left, left + width, top, HEIGHT - style.margin // 2)
        while text.has_room():
            at = (at + 1) % len(paragraphs)
            kind = rng.random()
            if kind < style.box_share / 2:
                text.add_table(paragraphs[at].split(), rng)
            elif kind < style.box_share and not is_heading(paragraphs[at]):
                text.add_box(paragraphs[at])
            else:
                text.add_paragraph(paragraphs[at])
    return page


def parse_arguments():
    parser = argparse.ArgumentParser(description="pages of text to train codebooks on")
    parser.add_argument("folder", type=pathlib.Path, help="new or empty; page-001.png and so on")
    parser.add_argument("--pages", type=int, default=120)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    if not 1 <= arguments.pages <= 999:
        parser.error(f"--pages {arguments.pages}: expected 1 to 999")
    return arguments


def main():
    arguments = parse_arguments()
    needed = [TEXTS / name for name in HELD_OUT_TEXTS + TRAINING_TEXTS]
    needed += [FONTS / f"{name}.ttf" for family in FAMILIES.values() for name in family]
    for path in needed:
        if not path.exists():
            sys.exit(f"make_pages.py: {path}: no such file; apt install fonts-dejavu-core base-files")
    arguments.folder.mkdir(parents=True, exist_ok=True)
    if any(arguments.folder.iterdir()):
        sys.exit(f"make_pages.py: {arguments.folder}: not empty; its pictures would be trained on")
    texts = {True: read_paragraphs(HELD_OUT_TEXTS), False: read_paragraphs(TRAINING_TEXTS)}
    for number in range(1, arguments.pages + 1):
        rng = random.Random(f"{arguments.seed}/{number}")
        page = make_page(rng, texts[number % HOLD_OUT == 0])
        page.save(arguments.folder / f"page-{number:03}.png")


if __name__ == "__main__":
    main()
