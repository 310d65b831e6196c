"""What a command's bytes say against its text.

The bytes are decoded by lib/Isa, whose listing names operands, types, shapes and strides by rules that were checked on
the vendor's chip model; the text was printed by the vendor's own decoder. They must agree wherever the text tells.
"""

import json
import math
from collections.abc import Iterator
from typing import Any

from tpu_mlir._native import isa

from timelines.text import LANE_BYTES, Constant, Line, Operand, Tensor, Type

Json = dict[str, Any]
POOLS = ["opd0", "opd3"]
OPERANDS = {
    "pord.avgpooling": POOLS,
    "pord.maxpooling": POOLS,
    "quant.rq1": ["opd0", "opd1", "opd1", "opd1"],  # in memory: words of one table
    "gdma.gather": ["src", "index"],
}
ATTRIBUTES = {
    "kernel": ["opd1_h", "opd1_w"],
    "stride": ["res_op_y_str", "res_op_x_str"],
    "in_zero": ["opd0_y_ins0", "opd0_x_ins0"],
    "ke_zero": ["opd1_y_ins0", "opd1_x_ins0"],
    "kernel_rotate": "kernel_rotate",
    "pad_mode": "pad_mode",
    "pad": ["opd0_up_pad", "opd0_dn_pad", "opd0_lf_pad", "opd0_rt_pad"],
    "res_add": "res_add",
    "shift": "res1_addr",
    "round_mode": "opd2_n_str",
    "l_trans": "left_tran",
    "limit_enable": "opd3_const",
    "fill_const": "opd2_const",
    "const_value": "opd2_addr",
    "decompress": "decompress_enable",
    "const": "constant_value",
}
ITERATIONS = {"iter", "rsqrt_n"}  # the field holds one less


def differences(line: Line, command: bytes) -> list[str]:
    """Return what the bytes say otherwise than the text, each in a sentence."""
    decoded = json.loads(isa.decode(line.engine, command, 0).json)
    found = {"engine": decoded["engine"], "id": decoded["id"], "waits_for": decoded["after"]}
    if line.op != "gdma.gather":
        found["op"] = decoded["name"]
    wrong = [f"{key}: {value}" for key, value in found.items() if value != getattr(line, key)]
    wrong += _attributes(line, decoded["fields"], decoded["name"])
    operands = {each["name"]: each for each in decoded["operands"]}
    default = ["src"] if line.engine == "gdma" else ["opd0", "opd1", "opd2", "opd3"]
    names = OPERANDS.get(line.op, default)
    for number, (name, operand) in enumerate(zip(names, line.operands, strict=False)):
        wrong += [f"{name}: {text}" for text in _operand(line, operand, operands[name], number)]
    name = "dst" if line.engine == "gdma" else "res0"
    return wrong + [f"{name}: {text}" for text in _operand(line, line.results[0], operands[name], 0)]


def _attributes(line: Line, fields: dict[str, int], name: str) -> Iterator[str]:
    for attribute, value in line.attributes.items():
        if attribute in ITERATIONS:
            found: Any = fields.get("opd2_n_str", 0) + 1
        elif attribute == "r_trans":
            found = name in ("mm2.nt", "mm2.tt")
        elif isinstance(value, list):
            found = [fields.get(field, 0) for field in ATTRIBUTES[attribute]]
        else:
            found = type(value)(fields.get(str(ATTRIBUTES[attribute]), 0))
        if found != value:
            yield f"{attribute}: {found} instead of {value}"


def _operand(line: Line, operand: Operand, found: Json, number: int) -> Iterator[str]:
    if isinstance(operand, Constant):
        if "constant" not in found:
            yield f"{found} instead of a constant"
        elif line.op.startswith("quant."):  # opd1 and opd2 are packed
            return
        elif found["constant"] & ((1 << operand.type.bits) - 1) != operand.bits:
            yield f"{found['constant']:#x} instead of {operand.bits:#x}"
        return
    if not _same_type(found["type"], operand.type):
        yield f"type {found['type']} instead of {operand.type}"
    address = found["lane"] * LANE_BYTES + found["offset"] if found["space"] == "local" else found["address"]
    if line.op == "quant.rq1" and number > 1:
        address += 4 * (number - 1)
    if address != operand.address:
        yield f"address {address:#x} instead of {operand.address:#x}"
    shape, strides = _as_printed(line, operand, found)
    if shape != operand.shape:
        yield f"shape {shape} instead of {operand.shape}"
    if operand.strides is not None and strides != operand.strides:
        yield f"strides {strides} instead of {operand.strides}"


def _same_type(found: str, expected: Type) -> bool:
    if expected.name.endswith(("f16", "f32")):
        return found == expected.name
    sign = "iu" if expected.is_signed is None else "i" if expected.is_signed else "u"
    return found[0] in sign and found[1:] == expected.name[1:]


def _as_printed(line: Line, operand: Tensor, found: Json) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Shape and strides in the manner of the text."""
    shape, strides, name = tuple(found["shape"]), tuple(found["strides"]), found["name"]
    rows, c, _, w = shape
    if line.op == "dma.matrix" and len(operand.shape) == 2:
        sections = -(-operand.shape[1] // w)  # the last of them may be cut off
        return (rows, operand.shape[1] if sections == c else c * w), (*strides[:2], 0, 1)
    if line.op.startswith("mm."):
        return (rows, operand.shape[1] if -(-operand.shape[1] // w) == c else c * w), strides
    if line.op.startswith("mm2."):
        return (c, w), strides
    if line.op == "conv.normal" and name == "opd1":
        kernel = line.attributes["kernel"]
        together = {8: 64, 16: 32, 32: 1}[operand.type.bits]
        inner = -(-operand.shape[1] // together) * together
        return (c, operand.shape[1] if inner * math.prod(kernel) == w else w, *kernel), strides
    if line.op.startswith("sfu.") and name == "opd1":
        return (rows, min(c, line.results[0].shape[1]), 1, w), strides  # type: ignore[union-attr]
    if line.op.startswith("quant.") and name == "opd1":
        return (1, c, 1, 1), (*strides[:2], 1, 1)
    if line.op in ("tsbc.s_bc", "tsbc.s_distribute") and name == "opd0":
        return (1, operand.shape[1], 1, w if line.op == "tsbc.s_bc" else 1), strides
    return shape, strides
