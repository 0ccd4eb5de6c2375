"""Bytes, zstd and XXH3, as codec/FORMAT.md uses them."""
import ctypes
import struct
import subprocess

xxh3 = ctypes.CDLL("libxxhash.so.0").XXH3_64bits
xxh3.restype = ctypes.c_uint64
xxh3.argtypes = [ctypes.c_char_p, ctypes.c_size_t]


class Damage(Exception):
    pass


def hash64(data):
    return xxh3(data, len(data))


def unzstd(data):
    done = subprocess.run(["zstd", "-dcq"], input=data, capture_output=True)
    if done.returncode:
        raise Damage("zstd: " + done.stderr.decode().strip())
    return done.stdout


class Reader:
    def __init__(self, data):
        self.data, self.at = data, 0

    def bytes(self, count):
        if self.at + count > len(self.data):
            raise Damage("cut")
        self.at += count
        return self.data[self.at - count:self.at]

    def number(self, size):
        return int.from_bytes(self.bytes(size), "little")

    def varint(self):
        value = shift = 0
        while True:
            byte = self.number(1)
            value |= (byte & 127) << shift
            if byte < 128:
                return value
            shift += 7

    def signed(self, count, size=1):
        return list(struct.unpack(f"<{count}{'b' if size == 1 else 'i'}", self.bytes(count * size)))

    def matrix(self, rows, columns):
        values = self.signed(rows * columns)
        return [values[i * columns:(i + 1) * columns] for i in range(rows)]

    def end(self):
        if self.at != len(self.data):
            raise Damage("bytes left over")
