"""Part 3 of codec/FORMAT.md: one slice to a code map."""
import struct

from binary import Damage, hash64


class RangeDecoder:  # 3.1
    def __init__(self, data):
        self.data, self.at, self.range, self.offset = data, 0, 2**64 - 1, 0
        for _ in range(8):
            self.offset = self.offset << 8 | self.next()

    def next(self):
        self.at += 1
        return self.data[self.at - 1] if self.at <= len(self.data) else 0

    def decode(self, one):
        split = (self.range >> 16) * one
        decision = self.offset < split
        if decision:
            self.range = split
        else:
            self.range -= split
            self.offset -= split
        if self.range < 2**48:
            self.range <<= 16
            self.offset = self.offset << 16 | self.next() << 8 | self.next()
        return int(decision)

    def digits(self, count, value=0):
        for _ in range(count):
            value = value << 1 | self.decode(32768)
        return value


class Adaptive:
    def __init__(self):
        self.one = 32768

    def decode(self, coder):
        decision = coder.decode(self.one)
        self.one += (65536 - self.one) // 16 if decision else -(self.one // 16)
        return decision


def round_shift(value, shift):
    return value + (2**shift >> 1) >> shift


def saturate(value, shift):
    return min(max(round_shift(value, shift), 0), 127)


def dot(a, b):
    return sum(x * y for x, y in zip(a, b, strict=True))


class Signed:  # the remainders' code
    def __init__(self, nonzero, negative, more):
        self.nonzero, self.negative, self.more = nonzero, negative, more

    def decode(self, coder):
        if not self.nonzero.decode(coder):
            return 0
        negative = self.negative.decode(coder)
        n = 1
        while self.more[n].decode(coder):
            n += 1
            if n > 20:
                raise Damage("remainder")
        magnitude = coder.digits(n - 1, 1)
        return -magnitude if negative else magnitude


def digits_model():
    return [Adaptive() for _ in range(21)]


class PlainDecoder:  # 3.4
    def __init__(self, groups, columns):
        self.columns = columns
        self.zero = [min(range(g.codewords),
                         key=lambda k, g=g: (sum((a - 64)**2 for a in g.activations[k]), k))
                     for g in groups]
        self.sizes, self.nonzero, self.negative = {}, {}, {}
        self.more = [digits_model() for _ in range(8)]

    def latent(self, coder, y, x, slot):
        near = (y, x - 1, slot), (y - 1, x, slot), (y, x, slot - 1)
        size = min(sum(self.sizes.get(place, 0) for place in near).bit_length(), 7)
        nonzero = self.nonzero.setdefault((slot, size), Adaptive())
        negative = self.negative.setdefault(slot, Adaptive())
        value = Signed(nonzero, negative, self.more[size]).decode(coder)
        self.sizes[y, x, slot] = min(abs(value), 255)
        return value


class SliceDecoder:  # 3.2 and 3.3
    def __init__(self, model, quality, l, rows, columns, coarser, data, plain, learns):
        self.model, self.l, self.level = model, l, model.levels[l]
        self.bias1, self.bias2, self.bias3, self.groups = self.level.qualities[quality]
        self.rows, self.columns, self.coarser = rows, columns, coarser  # coarser: grids of slots
        self.slots = [[[64] * self.level.slots for _ in range(columns)] for _ in range(rows)]
        self.h1 = {}
        self.codes = [[[0] * len(self.groups) for _ in range(columns)] for _ in range(rows)]
        self.escapes = {}
        self.coder = RangeDecoder(data)
        self.remainder = Signed(Adaptive(), Adaptive(), digits_model())
        self.plain = PlainDecoder(self.groups, columns) if plain else None
        self.cells = plain
        self.learns, self.offsets, self.seen = learns, {}, {}  # by group and node
        for t in range(columns + 3 * (rows - 1)):
            self.wavefront([(y, t - 3 * y) for y in range(rows) if 0 <= t - 3 * y < columns])

    def inside(self, y, x):
        return 0 <= y < self.rows and 0 <= x < self.columns

    def wavefront(self, positions):
        h2 = {place: self.second(*place) for place in positions}
        for g, group in enumerate(self.groups):
            for y, x in positions:
                if self.cells and self.cells[y >> self.l][x >> self.l]:
                    self.plain_symbol(y, x, g, group)
                    continue
                self.symbol(y, x, g, group, self.features(y, x, group, h2[y, x]))

    def first(self, y, x):
        near, above = [], []
        for dy, dx in [(dy, dx) for dy in (-2, -1, 0) for dx in range(-2, 3)][:12]:
            near += self.slots[y + dy][x + dx] if self.inside(y + dy, x + dx) \
                else [64] * self.level.slots
        for dy in (-1, 0, 1):
            for dx in (-1, 0, 1):
                for j, grid in enumerate(self.coarser):
                    halvings = self.l - j
                    above += grid[y + dy >> halvings][x + dx >> halvings] \
                        if self.inside(y + dy, x + dx) else [64] * self.model.levels[j].slots
        level = self.level
        return [saturate(self.bias1[h] + dot(level.near[h], near) + dot(level.above[h], above),
                         level.shift1[h]) for h in range(level.hidden)]

    def second(self, y, x):
        self.h1[y, x] = self.first(y, x)
        inputs = []
        for place in [(y - 1, x - 1), (y - 1, x), (y - 1, x + 1), (y, x - 1), (y, x)]:
            inputs += self.h1[place] if self.inside(*place) else [0] * self.level.hidden
        return [saturate(self.bias2[h] + dot(self.level.mix[h], inputs), self.level.shift2[h])
                for h in range(self.level.hidden)]

    def features(self, y, x, group, h2):
        level, s = self.level, group.slice
        begin = sum(level.slices[:s])
        before = h2 + self.slots[y][x][:begin]
        own = self.slots[y][x][begin:begin + level.slices[s]]
        return [saturate(self.bias3[s][f] + dot(level.slice[s][f], before)
                         + dot(level.inside[s][f], own), level.shift3[s][f])
                for f in range(level.features)]

    def symbol(self, y, x, g, group, features):
        place = group.tree
        while isinstance(place, tuple):
            node = place[0]
            logit = round_shift(group.bias[node] + dot(group.weights[node], features),
                                group.shift[node])
            logit += round_shift(self.offsets.get((g, node), 0), 16)
            one = self.model.table[min(max(logit, -2048), 2047) + 2048]
            branch = self.coder.decode(one)
            if self.learns:
                self.learn((g, node), 65536 * branch - one)
            place = place[1 + branch]
        if place == group.codewords:
            place = self.coder.digits((group.codewords - 1).bit_length())
            if place >= group.codewords:
                raise Damage("escape")
            index = (y * self.columns + x) * len(self.groups) + g
            self.escapes[index] = [self.remainder.decode(self.coder)
                                   for _ in range(group.dimension)]
        self.set_code(y, x, g, group, place)

    def learn(self, node, error):
        seen = self.seen.get(node, 0)
        rate = max(6, (1536 + (64 + seen) // 2) // (64 + seen))
        offset = self.offsets.get(node, 0) + rate * error
        self.offsets[node] = min(max(offset, -2**27), 2**27)
        self.seen[node] = seen + 1

    def plain_symbol(self, y, x, g, group):
        values = [self.plain.latent(self.coder, y, x, group.first + d)
                  for d in range(group.dimension)]
        if any(values):
            self.escapes[(y * self.columns + x) * len(self.groups) + g] = values
        self.set_code(y, x, g, group, self.plain.zero[g])

    def set_code(self, y, x, g, group, place):
        self.codes[y][x][g] = place
        self.slots[y][x][group.first:group.first + group.dimension] = group.activations[place]

    def code_hash(self):  # 1.5
        flat = [code for row in self.codes for cell in row for code in cell]
        data = struct.pack("<III", self.rows, self.columns, len(self.groups))
        data += struct.pack(f"<{len(flat)}HI", *flat, len(self.escapes))
        for index, remainder in sorted(self.escapes.items()):
            data += struct.pack("<I16i", index, *remainder, *[0] * (16 - len(remainder)))
        return hash64(data)
