"""Commands of the vendor's compiler with the cycles that its static model gives them, and their encoding.

Inputs/samples.json.xz holds one entry for each distinct command of four timelines (ResNet-50 at INT8, F16 and F32,
BERT-base at F16; tpu_mlir 1.30.2): [op, attributes, operands, results, cycles, count of each timeline]. Operands read
`%R14.1024:memref<1x64x7x7xf16, strides: [64, 64, 7, 1]>`: local memory, bank 14, byte 1024.
"""

import json
import lzma
import math
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tpu_mlir.isa import INSTRUCTIONS, encode

PRECISION = {"i8": 0, "f16": 1, "f32": 2, "i16": 3, "i32": 4, "bf16": 5}
BANK_BYTES, LANE_BYTES = 16384, 262144
LOCAL, GLOBAL = 0x0800_0000, 0x1_0000_0000


@dataclass(frozen=True)
class Sample:
    """A command, what the vendor's model says it takes, and how often each timeline has it."""

    op: str
    attributes: dict[str, Any]
    operands: list[str]
    results: list[str]
    cycles: int
    counts: list[int]


@dataclass(frozen=True)
class Ref:
    """An operand as the timelines write it."""

    space: str
    address: int
    shape: list[int]
    precision: int
    strides: list[int]

    @property
    def is_constant(self) -> bool:
        return self.space == "C"


def read() -> list[Sample]:
    with lzma.open(Path(__file__).parent / "Inputs" / "samples.json.xz", "rt") as file:
        return [Sample(*entry) for entry in json.load(file)]


def ref(text: str) -> Ref:
    space, place, kind = re.fullmatch(r"%([RGSLC])([^:]*):(.*)", text, re.S).groups()
    if space == "C":
        return Ref("C", 0, [], PRECISION[kind.lstrip("su")], [])
    match = re.fullmatch(r"memref<([\dx]+)x[su]?([a-z]+\d+)(?:, strides: \[([^\]]*)\])?>", kind)
    shape = [int(size) for size in match[1].split("x")]
    strides = [int(step) for step in match[3].split(", ")] if match[3] else []
    address = 0
    for part, unit in zip(place.split("."), (BANK_BYTES, 1, 1), strict=False):
        address += int(part[1:]) * LANE_BYTES if part.startswith("L") else int(part) * unit
    return Ref(space, address if space == "R" else int(place.split(".")[0]), shape, PRECISION[match[2]], strides)


def compute(sample: Sample) -> bytes:
    """The TIU command, with the fields that decide how long it takes."""
    result, *operands = [ref(text) for text in sample.results[:1] + sample.operands]
    name, function = next(
        (each.name, number)
        for each in INSTRUCTIONS.values()
        for number, (_, mnemonic) in each.functions.items()
        if mnemonic == sample.op
    )
    fields = {"tsk_eu_typ": function, "tsk_opd_num": min(3, len(operands)), "res0_prec": result.precision}
    fields |= {"res0_addr": result.address, "cmd_id": 1}
    for number, operand in enumerate(operands[:3]):
        fields |= {f"opd{number}_prec": operand.precision, f"opd{number}_const": int(operand.is_constant)}
        if not operand.is_constant:
            fields |= {f"opd{number}_addr": operand.address}
    if len(result.shape) == 4:
        fields |= {f"res0_{axis}": size for axis, size in zip("nchw", result.shape, strict=True)}
    right = operands[1] if len(operands) > 1 else operands[0]
    if name == "Conv":
        fields |= {"opd0_c": right.shape[1], "opd1_h": right.shape[2], "opd1_w": right.shape[3]}
    elif name == "PoolDepthwise":
        fields |= dict(zip(("opd1_h", "opd1_w"), sample.attributes["kernel"], strict=True))
    elif name == "MatMul2":
        fields |= {"res0_c": result.shape[0], "res0_w": result.shape[1]}
        fields |= {"opd1_c": right.shape[0], "opd1_w": right.shape[1]}
    elif name == "Special" and not right.is_constant:
        fields |= {"opd1_n": right.shape[-1]}
    return encode(name, {k: v for k, v in fields.items() if k in INSTRUCTIONS[name].members()})


def absolute(operand: Ref) -> int:
    return (LOCAL if operand.space == "R" else GLOBAL) + operand.address


def move(sample: Sample) -> bytes:
    """The GDMA command."""
    source, target = ref(sample.operands[0]), ref(sample.results[0])
    fields = {"stride_enable": 1, "src_data_format": source.precision, "cmd_id": 1}
    for side, operand in (("src", source), ("dst", target)):
        place = absolute(operand)
        fields |= {f"{side}_start_addr_l32": place & 0xFFFFFFFF, f"{side}_start_addr_h8": place >> 32}
        if len(operand.shape) == 4:
            fields |= {f"{side}_{axis}size": size for axis, size in zip("nchw", operand.shape, strict=True)}
            fields |= {f"{side}_{axis}stride": step for axis, step in zip("nchw", operand.strides, strict=True)}
    if sample.op.startswith("dma.tensor"):
        functions = {"dma.tensor": 0, "dma.tensor.transpose": 1, "dma.tensor.broadcast": 3}
        return encode("GdmaTensor", fields | {"nchw_copy": 1, "cmd_special_function": functions[sample.op]})
    local, side = (target, "dst") if target.space == "R" else (source, "src")
    width = local.strides[1]  # columns a lane; the timelines show no more
    fields |= {f"{side}_nsize": local.shape[0], f"{side}_csize": math.ceil(local.shape[1] / width)}
    fields |= {f"{side}_wsize": width, f"{side}_nstride": local.strides[0], f"{side}_cstride": width}
    return encode("GdmaMatrix", fields)
