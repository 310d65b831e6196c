"""From a command's text back to its bytes.

The text leaves some fields out. What stands for them here:
- the factor of `pord.avgpooling`: one over the size of the window for floats, 1 for integers;
- the columns a lane of `mm.*` and `dma.matrix`: as few as 64 lanes allow, or as the channel stride says;
- the index of `sg.*`: the vendor's printer repeats the address of the data there, and so does the command.
"""

import math
import struct
from collections.abc import Callable

from tpu_mlir.isa import INSTRUCTIONS, Instruction, encode

from timelines.text import Constant, Line, Operand, Tensor, Type

Fields = dict[str, int]
LANES, LANE_BYTES = 64, 262144
ALIGNED, STRIDED = 0, 3
EVERY_LANE = 0xFFFF_FFFF


def to_bytes(line: Line, *, is_short: bool = False) -> bytes:
    """Return the command's bytes. Raises ValueError for an op that no timeline has or a field that does not fit."""
    instruction, function = _instruction(line.op)
    head = {"cmd_id": line.id, "cmd_id_dep": line.waits_for, "cmd_id_en": 1, instruction.function_field: function}
    known = instruction.members()
    fields = {field: value for field, value in (head | _ENCODERS[instruction.name](line)).items() if field in known}
    return encode(instruction.name, fields, is_short=is_short)


def forms(line: Line) -> list[bool]:
    """Tell which forms a command has: False for the long, True for the short one."""
    instruction, _ = _instruction(line.op)
    return [is_short for is_short, form in ((False, instruction.long), (True, instruction.short)) if form]


def end(engine: str, number: int) -> bytes:
    """Return the command that ends a stream, with the id `number`."""
    if engine == "tiu":
        return encode("TiuSystem", {"tsk_eu_typ": 31, "cmd_id": number, "cmd_id_en": 1})
    return encode("GdmaSystem", {"cmd_id": number, "cmd_id_en": 1}, is_short=True)


def aligned(tensor: Tensor) -> tuple[int, int, int, int]:
    """Return the strides of the aligned layout: channels begin at multiples of 64 bytes."""
    _, c, h, w = tensor.shape
    unit = 512 // tensor.type.bits
    plane = -(-h * w // unit) * unit
    return (-(-(tensor.address // LANE_BYTES + c) // LANES) * plane, plane, w, 1)


def columns_a_lane(count: int, kind: Type, stride: int | None = None) -> int:
    """Return how many of a matrix' `count` columns lie in a lane, if its sections are `stride` elements apart."""
    fewest = -(-count // LANES)
    unit = 512 // kind.bits
    return fewest if stride is None or -(-fewest // unit) * unit == stride else stride


def _tensor(operand: Operand) -> Tensor:
    if isinstance(operand, Constant):
        raise ValueError("expected a tensor, but found a constant")
    return operand


def _operand(name: str, operand: Operand) -> Fields:
    """Place, precision and sign."""
    is_constant = isinstance(operand, Constant)
    return {
        f"{name}_const": int(is_constant),
        f"{name}_addr": operand.bits if isinstance(operand, Constant) else operand.address,
        f"{name}_prec": operand.type.precision,
        f"{name}_sign": int(bool(operand.type.is_signed)),
    }


def _operands(line: Line) -> Fields:
    return {key: value for i, each in enumerate(line.operands) for key, value in _operand(f"opd{i}", each).items()}


def _shape(name: str, tensor: Tensor) -> Fields:
    return {f"{name}_{axis}": size for axis, size in zip("nchw", tensor.shape, strict=True)}


def _result(line: Line) -> Fields:
    result = _tensor(line.results[0])
    fields = _operand("res0", result)
    return fields | _shape("res0", result) if len(result.shape) == 4 else fields


def _layout(name: str, operand: Operand) -> Fields:
    if isinstance(operand, Constant) or operand.strides is None or operand.strides == aligned(operand):
        return {f"{name}_str": ALIGNED}
    strides = {f"{name}_{axis}_str": step for axis, step in zip("nchw", operand.strides, strict=True)}
    return {f"{name}_str": STRIDED} | strides


def _window(line: Line) -> Fields:
    a = line.attributes
    pairs = {"opd1_{}": "kernel", "res_op_{}_str": "stride", "opd0_{}_ins0": "in_zero", "opd1_{}_ins0": "ke_zero"}
    fields: Fields = {"kernel_rotate": int(a["kernel_rotate"]), "pad_mode": a["pad_mode"]}
    for pattern, attribute in pairs.items():
        axes = "hw" if attribute == "kernel" else "yx"
        fields |= {pattern.format(axis): value for axis, value in zip(axes, a[attribute], strict=True)}
    return fields | {f"opd0_{side}_pad": n for side, n in zip(("up", "dn", "lf", "rt"), a["pad"], strict=True)}


def _conv(line: Line) -> Fields:
    source = _tensor(line.operands[0])
    fields = _operands(line) | _result(line) | _shape("opd0", source) | _layout("opd0", source) | _window(line)
    return fields | {"res_add": int(line.attributes["res_add"])}


def _pool(line: Line) -> Fields:
    source, *others = line.operands
    fields = _operand("opd0", source) | _result(line) | _shape("opd0", _tensor(source)) | _window(line)
    fields |= _operand("opd3", others[-1])
    if len(others) == 3:
        fields |= _operand("opd1", others[0]) | _operand("opd2", others[1])
    else:
        fields |= {"opd1_const": 1, "opd2_const": 1}
    if line.op == "pord.avgpooling":
        fields["opd1_addr"] = _average_factor(source.type, math.prod(line.attributes["kernel"]))
    return fields | {"opd2_n_str": line.attributes["round_mode"], "res1_addr": line.attributes["shift"] & 0xFFFF_FFFF}


def _average_factor(kind: Type, elements: int) -> int:
    if not kind.name.endswith(("f16", "f32")):
        return 1
    number = struct.pack("<e" if kind.name == "f16" else "<f", 1 / elements)
    return int.from_bytes(number[-2:] if kind.name == "bf16" else number, "little")


def _matrix_product(line: Line) -> Fields:
    left, right = _tensor(line.operands[0]), _tensor(line.operands[1])
    fields = _operands(line) | _result(line)
    (rows, inner), columns = left.shape, right.shape[1]
    width, out = columns_a_lane(inner, left.type), columns_a_lane(columns, right.type)
    sections = -(-inner // width)
    return fields | {
        "opd0_n": rows,
        "opd0_c": sections,
        "opd0_w": width,
        "opd1_w": inner - (sections - 1) * width,
        "res0_c": -(-columns // out),
        "res0_w": out,
        "left_tran": int(line.attributes["l_trans"]),
        "res_add": int(line.attributes["res_add"]),
    }


def _matrix_product2(line: Line) -> Fields:
    rows, columns = _tensor(line.results[0]).shape
    right = _tensor(line.operands[1]).shape
    shape = {"res0_c": rows, "res0_w": columns, "opd1_c": right[0], "opd1_w": right[1]}
    bias = {} if len(line.operands) > 2 else {"opd2_const": 1}
    return _operands(line) | _result(line) | shape | bias | {"res_add": int(line.attributes["res_add"])}


def _arith(line: Line) -> Fields:
    fields = _operands(line) | _result(line) | _layout("res0", line.results[0])
    for i, each in enumerate(line.operands[:2]):
        fields |= _layout(f"opd{i}", each)
    if line.op == "arith.cast":
        fields["opd2_sign"] = fields["res0_sign"]
    mode = line.attributes["iter"] - 1 if "iter" in line.attributes else line.attributes["round_mode"]
    return fields | {"tsk_opd_num": len(line.operands), "opd2_n_str": mode}


def _compare(line: Line) -> Fields:
    fields = _operands(line) | _result(line)
    return fields | _layout("opd0", line.operands[0]) | _layout("opd1", line.operands[1])


def _special(line: Line) -> Fields:
    fields = _operands(line) | _result(line)
    if len(line.operands) > 1:
        fields["opd1_n"] = _tensor(line.operands[1]).shape[3]
    return fields | {"opd2_n_str": line.attributes.get("rsqrt_n", 1) - 1}


def _requant(line: Line) -> Fields:
    source, first, second, *third = line.operands
    fields = _operand("opd0", source) | _result(line) | _operand("opd1", first)
    if isinstance(second, Constant):
        fields["opd2_addr"] = second.bits
        if third and isinstance(third[0], Constant):
            fields["opd2_addr"] |= third[0].bits << 8  # where the vendor's printer reads the zero point
    return fields | {"opd2_sign": fields["res0_sign"], "opd2_n_str": line.attributes["round_mode"]}


def _move(line: Line) -> Fields:
    fields = _operands(line) | _result(line)
    source = _tensor(line.operands[0])
    if source.space == "S":
        fields |= _shape("res0", source)
    return fields | {"opd0_c": source.shape[1], "opd0_w": source.shape[3]}


def _gather_local(line: Line) -> Fields:
    data, index = _tensor(line.operands[0]), _tensor(line.operands[1])
    return (
        _operands(line)
        | _result(line)
        | {"opd0_h": data.shape[2], "opd0_w": data.shape[3], "opd1_c": index.shape[1], "opd1_w": index.shape[3]}
        | {"opd2_const": int(line.attributes["fill_const"]), "opd2_addr": line.attributes["const_value"]}
        | {"opd3_const": int(line.attributes["limit_enable"])}
    )


def _side(side: str, tensor: Tensor) -> Fields:
    fields = {f"{side}_start_addr_l32": tensor.absolute & 0xFFFF_FFFF, f"{side}_start_addr_h8": tensor.absolute >> 32}
    if len(tensor.shape) == 4:
        fields |= {f"{side}_{axis}size": size for axis, size in zip("nchw", tensor.shape, strict=True)}
        fields |= {f"{side}_{axis}stride": step for axis, step in zip("nchw", tensor.strides or (), strict=True)}
    return fields


def _transfer(line: Line) -> Fields:
    source, target = _tensor(line.operands[0]), _tensor(line.results[0])
    return (
        {"stride_enable": 1, "src_data_format": source.type.precision}
        | {"decompress_enable": int(line.attributes.get("decompress", False))}
        | {"localmem_mask_l32": EVERY_LANE, "localmem_mask_h32": EVERY_LANE}
        | _side("src", source)
        | _side("dst", target)
    )


def _transfer_tensor(line: Line) -> Fields:
    same = line.op != "dma.tensor" or _tensor(line.operands[0]).shape == _tensor(line.results[0]).shape
    return _transfer(line) | {"nchw_copy": int(same)}


def _transfer_matrix(line: Line) -> Fields:
    source, target = _tensor(line.operands[0]), _tensor(line.results[0])
    side, local = ("src", source) if source.space == "R" else ("dst", target)
    rows, columns = local.shape
    n, c = (local.strides or ())[:2]
    width = columns_a_lane(columns, local.type, c)
    return _transfer(line) | {
        f"{side}_nsize": rows,
        f"{side}_csize": -(-columns // width),
        f"{side}_wsize": width,
        f"{side}_nstride": n,
        f"{side}_cstride": c,
    }


def _transfer_gather(line: Line) -> Fields:
    if line.attributes["const"]:
        raise ValueError("no timeline fills with a constant other than 0")
    return _transfer(line) | _side("index", _tensor(line.operands[1]))


_ENCODERS: dict[str, Callable[[Line], Fields]] = {
    "Conv": _conv,
    "PoolDepthwise": _pool,
    "MatMul": _matrix_product,
    "MatMul2": _matrix_product2,
    "Arith": _arith,
    "Compare": _compare,
    "Special": _special,
    "Requant": _requant,
    "TransBroadcast": _move,
    "ScatterGather": _gather_local,
    "GdmaTensor": _transfer_tensor,
    "GdmaMatrix": _transfer_matrix,
    "GdmaGather": _transfer_gather,
}


_BY_OP = {
    mnemonic: (INSTRUCTIONS[name], function)
    for name in _ENCODERS
    for function, (_, mnemonic) in INSTRUCTIONS[name].functions.items()
} | {"gdma.gather": (INSTRUCTIONS["GdmaGather"], 0)}


def _instruction(op: str) -> tuple[Instruction, int]:
    """Return the instruction and the number of its sub-function."""
    if op not in _BY_OP:
        raise ValueError(f"no timeline has a command '{op}'")
    return _BY_OP[op]
