#!/usr/bin/env python3
"""Decodes the code maps of a .vqc, written from codec/FORMAT.md alone: plain, slow, independent.

  tests/reference/decoder.py testdata/golden/tiny.vqm testdata/golden/*.vqc

prints a line `FILE,DIGEST` for each file, as testdata/golden/digests.csv has them, or why the file is
refused. Pixels are the networks' part and stay out. Needs the zstd program and libxxhash.
"""
import hashlib
import struct
import sys

from binary import Damage, Reader, hash64, unzstd
from slice_decoder import SliceDecoder


def preamble(data, magic):  # 1.1; the version, the body, and what follows
    reader = Reader(data)
    if reader.bytes(3) != magic:
        raise Damage("another type of file")
    version = reader.number(1)
    checksum = reader.number(4)
    body = Reader(reader.bytes(reader.varint()))
    if hash64(data[:4] + data[8:reader.at]) & 0xFFFFFFFF != checksum:
        raise Damage("header checksum")
    if version not in (0x81, 0x82):
        raise Damage("version")
    return version - 0x80, body, reader


class Model:  # 2
    def __init__(self, data):
        version, body, rest = preamble(data, b"VQM")
        self.fingerprint = body.number(8)
        self.stride = body.varint()
        self.name, self.description = body.bytes(body.varint()), body.bytes(body.varint())
        body.bytes(24 * body.varint())
        entries = [(body.number(1), body.varint(), body.varint(), body.number(8)) for _ in range(2)]
        if version >= 2:
            body.number(1)  # tuning
        body.end()
        prior, networks = [self.section(rest, *entry) for entry in entries]
        rest.end()
        content = struct.pack("<IQ", self.stride, len(prior)) + prior
        content += struct.pack("<Q", len(networks)) + networks
        if hashlib.sha256(content).digest()[:8] != self.fingerprint.to_bytes(8, "little"):
            raise Damage("fingerprint")
        reader = Reader(prior)
        self.levels = [Level(reader) for _ in range(reader.varint())]
        self.table = struct.unpack("<4096H", reader.bytes(8192))
        reader.end()

    @staticmethod
    def section(rest, encoding, stored_size, content_size, checksum):
        stored = rest.bytes(stored_size)
        content = unzstd(stored) if encoding else stored
        if hash64(stored) != checksum or len(content) != content_size:
            raise Damage("section")
        return content


class Level:  # 2.2
    def __init__(self, reader):
        self.slots, self.coarser = reader.varint(), reader.varint()
        self.hidden, self.features = reader.varint(), reader.varint()
        self.slices = [reader.varint() for _ in range(reader.varint())]
        self.near = reader.matrix(self.hidden, 12 * self.slots)
        self.above = reader.matrix(self.hidden, 9 * self.coarser)
        self.mix = reader.matrix(self.hidden, 5 * self.hidden)
        self.slice, self.inside = [], []
        for s, slots in enumerate(self.slices):
            self.slice.append(reader.matrix(self.features, self.hidden + sum(self.slices[:s])))
            self.inside.append(reader.matrix(self.features, slots))
        self.shift1, self.shift2 = reader.bytes(self.hidden), reader.bytes(self.hidden)
        self.shift3 = [reader.bytes(self.features) for _ in self.slices]
        self.qualities = [self.quality(reader) for _ in range(reader.varint())]

    def quality(self, reader):
        bias1, bias2 = reader.signed(self.hidden, 4), reader.signed(self.hidden, 4)
        bias3 = [reader.signed(self.features, 4) for _ in self.slices]
        return bias1, bias2, bias3, [Group(reader, self.features) for _ in range(reader.varint())]


class Group:
    def __init__(self, reader, features):
        self.first, self.dimension = reader.varint(), reader.varint()
        self.slice, self.codewords = reader.varint(), reader.varint()
        count = self.codewords
        values = reader.bytes(count * self.dimension)
        self.activations = [values[i * self.dimension:(i + 1) * self.dimension]
                            for i in range(count)]
        if reader.varint() != count + 1:
            raise Damage("leaves")
        self.nodes = 0
        self.tree = self.subtree(reader)
        self.weights = reader.matrix(count, features)
        self.bias, self.shift = reader.signed(count, 4), reader.bytes(count)

    def subtree(self, reader):  # a leaf, or (node, branch 0, branch 1)
        entry = reader.varint()
        if entry:
            return entry - 1
        node = self.nodes
        self.nodes += 1
        return node, self.subtree(reader), self.subtree(reader)


def plain_cells(bits, width, height, stride):  # 1.3
    columns, rows = -(-width // stride), -(-height // stride)
    cells = [bits[i // 8] >> i % 8 & 1 for i in range(8 * len(bits))]
    if len(bits) != (columns * rows + 7) // 8 or any(cells[columns * rows:]) or not any(cells):
        raise Damage("plain cells")
    return [cells[columns * row:columns * (row + 1)] for row in range(rows)]


def cut_cells(cells, x, y, columns, rows):
    part = [row[x:x + columns] for row in cells[y:y + rows]]
    return part if any(map(any, part)) else None


def decode(data, model):  # 1.2 to 1.5; returns the digest
    version, body, rest = preamble(data, b"VQC")
    first = body.number(1)
    quality, levels = first & 15, (first >> 4 & 7) + 1
    width, height = body.varint(), body.varint()
    if body.number(8) != model.fingerprint:
        raise Damage("another model")
    if quality >= len(model.levels[0].qualities) or levels != len(model.levels):
        raise Damage("quality or levels")
    if not (0 < width <= 2**20 and 0 < height <= 2**20 and width * height <= 2**28):
        raise Damage("size")
    flags = body.number(1) if first & 128 else 0
    if flags & 8:
        body.number(1)
    tile = 1024
    if width * height <= 2**20 and max(width, height) <= 2**15:
        tile = max(width, height)
    if flags & 16:
        tile = 2**body.number(1)
    sides = [(body.varint(), body.number(4)) for flag in (2, 4, 32) if flags & flag]
    places = [(x, y, min(tile, width - x), min(tile, height - y))
              for y in range(0, height, tile) for x in range(0, width, tile)]
    table = [[(body.varint(), body.number(4 if l == levels - 1 else 2)) for _ in places]
             for l in range(levels)]
    body.end()
    chunks = []
    for size, checksum in sides:
        chunks.append(rest.bytes(size))
        if hash64(chunks[-1]) & 0xFFFFFFFF != checksum:
            raise Damage("metadata, alpha or plain cells")
        unzstd(chunks[-1])
    plain = plain_cells(unzstd(chunks[-1]), width, height, model.stride) if flags & 32 else None
    slices = [[rest.bytes(size) for size, _ in row] for row in table]
    rest.end()

    digest = b""
    for i, (x, y, w, h) in enumerate(places):
        cells = plain and cut_cells(plain, x // model.stride, y // model.stride,
                                    -(-w // model.stride), -(-h // model.stride))
        grids, chained = [], 0
        for l in range(levels):
            across = [-(-side // model.stride) << l for side in (h, w)]
            decoded = SliceDecoder(model, quality, l, *across, grids, slices[l][i], cells,
                                   learns=version >= 2)
            codes = decoded.code_hash()
            chained = hash64(struct.pack("<QQ", chained, codes) + slices[l][i])
            if chained & (0xFFFFFFFF if l == levels - 1 else 0xFFFF) != table[l][i][1]:
                raise Damage(f"checksum of level {l}, tile {i}")
            grids.append(decoded.slots)
            digest += codes.to_bytes(8, "little")
    return hash64(digest)


def main():
    with open(sys.argv[1], "rb") as file:
        model = Model(file.read())
    for path in sys.argv[2:]:
        with open(path, "rb") as file:
            data = file.read()
        try:
            print(f"{path.rsplit('/', 1)[-1]},{decode(data, model):016x}")
        except Damage as damage:
            print(f"{path.rsplit('/', 1)[-1]}: {damage}")


if __name__ == "__main__":
    main()
