"""Commands of the vendor's compiler with the cycles that its static model gives them, and their encoding.

Inputs/samples.json.xz is what extract.py makes of four timelines (ResNet-50 at INT8, F16 and F32, BERT-base at F16;
tpu_mlir 1.30.2). Operands read `%R14.1024:memref<1x64x7x7xf16, strides: [64, 64, 7, 1]>`: local memory, bank 14, byte
1024. Fields that do not decide how long a command takes are left 0.
"""

import json
import lzma
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tpu_mlir.isa import INSTRUCTIONS, encode

INPUTS = Path(__file__).parent / "Inputs" / "samples.json.xz"
TIMELINES = ("resnet50_int8_b1", "resnet50_f16_b1", "resnet50_f32_b1", "bert_base_seq384_f16_b1")
PRECISION = {"i8": 0, "f16": 1, "f32": 2, "i16": 3, "i32": 4, "bf16": 5}
BANK_BYTES, LANE_BYTES, BANK_COUNT = 16384, 262144, 16
BASES = {"R": 0x0800_0000, "S": 0x0900_0000, "G": 0x1_0000_0000}
STRIDED = 3  # the layout whose strides stand in the command
AXES = "nchw"


@dataclass(frozen=True)
class Sample:
    """A command and what the vendor's model says it takes; `width`: columns of its matrices in a lane."""

    op: str
    attributes: dict[str, Any]
    operands: list[str]
    results: list[str]
    cycles: int
    width: int

    @property
    def engine(self) -> str:
        return "gdma" if self.op.startswith(("dma.", "gdma.")) else "tiu"

    def encoded(self) -> bytes:
        return move(self) if self.engine == "gdma" else compute(self)


@dataclass(frozen=True)
class Ref:
    """An operand as the timelines write it; `address` counts from the start of its memory."""

    space: str
    address: int
    shape: list[int]
    precision: int
    strides: list[int]

    @property
    def is_constant(self) -> bool:
        return self.space == "C"

    @property
    def is_strided(self) -> bool:
        """Whether the strides are not those of the aligned layout."""
        n, c, h, w = self.shape
        bytes_each = {0: 1, 1: 2, 3: 2, 5: 2}.get(self.precision, 4)
        step = 64 // bytes_each
        plane = math.ceil(h * w / step) * step
        lane = self.address // LANE_BYTES
        return self.strides != [math.ceil((lane + c) / 64) * plane, plane, w, 1]


def read() -> tuple[list[Sample], dict[str, list[tuple[int, int]]]]:
    """Return the distinct commands and, for each timeline, (command, id of the other engine's that it waits for)."""
    with lzma.open(INPUTS, "rt") as file:
        contents = json.load(file)
    return [Sample(*entry) for entry in contents["samples"]], contents["timelines"]


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


def sizes(side: str, shape: list[int]) -> dict[str, int]:
    return {f"{side}_{axis}": size for axis, size in zip(AXES, shape, strict=True)} if len(shape) == 4 else {}


def compute(sample: Sample) -> bytes:
    """The TIU command."""
    result, *operands = [ref(text) for text in sample.results[:1] + sample.operands]
    name, function = next(
        (each.name, number)
        for each in INSTRUCTIONS.values()
        for number, (_, mnemonic) in each.functions.items()
        if mnemonic == sample.op
    )
    fields = {"tsk_eu_typ": function, "tsk_opd_num": min(3, len(operands)), "res0_prec": result.precision, "cmd_id": 1}
    fields |= {"res0_addr": result.address} | sizes("res0", result.shape)
    for number, operand in enumerate(operands[:3]):
        fields |= {f"opd{number}_prec": operand.precision, f"opd{number}_const": int(operand.is_constant)}
        if not operand.is_constant:
            fields |= {f"opd{number}_addr": operand.address} | sizes(f"opd{number}", operand.shape)
            if name == "Arith" and (operand.is_strided or "strided" in sample.attributes):
                fields |= {f"opd{number}_str": STRIDED}
                fields |= {f"opd{number}_{a}_str": step for a, step in zip(AXES, operand.strides, strict=True)}
    right = operands[1] if len(operands) > 1 else operands[0]
    if name == "PoolDepthwise":
        fields |= dict(zip(("opd1_h", "opd1_w"), sample.attributes["kernel"], strict=True))
        fields |= dict(zip(("res_op_y_str", "res_op_x_str"), sample.attributes["stride"], strict=True))
    elif name == "Special" and not right.is_constant:
        fields |= {"opd1_n": right.shape[-1]}  # coefficients
    elif name == "MatMul2":
        fields |= {"res0_c": result.shape[0], "res0_w": result.shape[1]}
        fields |= {"opd1_c": right.shape[0], "opd1_w": right.shape[1]}
    elif name == "MatMul":
        rows, inner = operands[0].shape
        fields |= {"left_tran": sample.attributes["l_trans"], "res_add": sample.attributes["res_add"]}
        fields |= {"opd0_n": rows, "opd0_c": 1, "opd0_w": inner, "opd1_w": inner}
        fields |= {"res0_c": math.ceil(result.shape[1] / sample.width), "res0_w": sample.width}
        fields |= {} if len(operands) > 2 else {"opd2_const": 1}
    return encode(name, {k: v for k, v in fields.items() if k in INSTRUCTIONS[name].members()})


def place(side: str, operand: Ref) -> dict[str, int]:
    address = BASES[operand.space] + operand.address
    return {f"{side}_start_addr_l32": address & 0xFFFF_FFFF, f"{side}_start_addr_h8": address >> 32}


def move(sample: Sample) -> bytes:
    """The GDMA command."""
    source, target = ref(sample.operands[0]), ref(sample.results[0])
    fields = {"stride_enable": 1, "src_data_format": source.precision, "cmd_id": 1}
    fields |= place("src", source) | place("dst", target)
    for side, operand in (("src", source), ("dst", target)):
        if len(operand.shape) == 4:
            fields |= {f"{side}_{axis}size": size for axis, size in zip(AXES, operand.shape, strict=True)}
            fields |= {f"{side}_{axis}stride": step for axis, step in zip(AXES, operand.strides, strict=True)}
    if sample.op == "gdma.gather":
        name = "GdmaGather"
        fields |= place("index", ref(sample.operands[1])) | {"index_csize": 1, "index_hsize": target.shape[2]}
    elif sample.op.startswith("dma.tensor"):
        name = "GdmaTensor"
        functions = {"dma.tensor": 0, "dma.tensor.transpose": 1, "dma.tensor.broadcast": 3}
        fields |= {"nchw_copy": 1, "cmd_special_function": functions[sample.op]}
    else:
        name = "GdmaMatrix"
        local, side = (target, "dst") if target.space == "R" else (source, "src")
        fields |= {f"{side}_nsize": local.shape[0], f"{side}_csize": math.ceil(local.shape[1] / sample.width)}
        fields |= {f"{side}_hsize": 1, f"{side}_wsize": sample.width}
        fields |= {f"{side}_nstride": local.strides[0], f"{side}_cstride": sample.width}
    return encode(name, {k: v for k, v in fields.items() if k in INSTRUCTIONS[name].members()})


def replay(timeline: list[tuple[int, int]], samples: list[Sample], cycles: list[int]) -> int:
    """Return when the last command ends: each starts when its engine is free and what it waits for is over."""
    ends: dict[str, list[int]] = {"tiu": [0], "gdma": [0]}  # by id
    left = {engine: list(_of(engine, timeline, samples)) for engine in ends}
    while any(left.values()):
        for engine, others in (("tiu", ends["gdma"]), ("gdma", ends["tiu"])):
            while left[engine] and left[engine][0][1] < len(others):
                number, awaited = left[engine].pop(0)
                ends[engine].append(max(ends[engine][-1], others[awaited]) + cycles[number])
    return max(ends["tiu"][-1], ends["gdma"][-1])


def _of(engine: str, timeline: list[tuple[int, int]], samples: list[Sample]) -> Iterator[tuple[int, int]]:
    return (entry for entry in timeline if samples[entry[0]].engine == engine)
