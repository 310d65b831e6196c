"""Damaged bmodels: what the container's tables, the names and the commands of a file can become."""

import random
import struct

from tpu_mlir.runtime import BModel

WORDS = (0, 1, 0xFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF, 1 << 16, 1 << 20)
BYTES_OF_NAMES = (0x00, 0x0A, 0x1B, 0x80, 0x9B, 0xC2, 0xFF)  # ends, moves and breaks of text


def with_damaged_commands(whole: bytes, seed: int) -> bytes:
    """Return the file with bits, bytes or words of a command stream changed."""
    dice = random.Random(seed)
    (group,) = BModel(whole).contents.nets[0].stages[0].groups
    stream = bytes(dice.choice((group.tiu, group.gdma)))
    return _damaged(dice, bytearray(whole), whole.rindex(stream), len(stream))


def with_damaged_tables(whole: bytes, seed: int) -> bytes:
    """Return the file with bits, bytes or words of its tables changed, in half of the cases also of a name."""
    dice, data = random.Random(seed), bytearray(whole)
    if dice.randrange(2):
        net = BModel(whole).contents.nets[0]
        name = dice.choice((net.name, net.stages[0].inputs[0].name)).encode()
        data[whole.index(struct.pack("<I", len(name)) + name) + 4] = dice.choice(BYTES_OF_NAMES)
    return _damaged(dice, data, 64, struct.unpack_from("<I", whole, 8)[0])


def _damaged(dice: random.Random, data: bytearray, first: int, size: int) -> bytes:
    for _ in range(dice.choice((1, 1, 2, 5))):
        at = first + dice.randrange(size - 3)
        kind = dice.randrange(3)
        if kind == 0:
            data[at] ^= 1 << dice.randrange(8)
        elif kind == 1:
            data[at] = dice.randrange(256)
        else:
            struct.pack_into("<I", data, at, dice.choice(WORDS))
    return bytes(data)
