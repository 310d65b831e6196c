"""CONV and PorD: convolution, depthwise convolution and pooling, every geometry, layout and constant operand."""

from dataclasses import dataclass

import numpy as np

from oracle.case import (
    ALIGNED,
    BF16,
    COMPACT,
    F16,
    F32,
    FLOATS,
    I8,
    I16,
    I32,
    INTEGERS,
    LANE_BYTES,
    LANES,
    PRECISION_NAMES,
    STRIDED,
    Case,
    Forms,
    Generate,
    Scene,
    operand_fields,
    shape_fields,
    values,
)

TOGETHER = {I8: 64, F16: 32, BF16: 32, F32: 1}  # input channels side by side in weight memory
POOLINGS = {"depthwise": 0, "avgpooling": 1, "depthwiserelu": 2, "maxpooling": 4}
REGION_POOLINGS = {"roiDepthwise": 5, "roiavgpooling": 6, "roimaxpooling": 7}
CONSTANT, REFLECT, REPLICATE, CIRCULAR = range(4)  # pad modes


@dataclass(frozen=True)
class Axis:
    """How a window slides along h or w."""

    input: int
    kernel: int
    step: int
    inserted: int  # elements between input elements
    dilation: int  # elements between kernel elements
    before: int
    after: int

    @property
    def spread(self) -> int:
        """Input elements with the inserted ones."""
        return (self.input - 1) * (self.inserted + 1) + 1

    @property
    def output(self) -> int:
        return (self.spread + self.before + self.after - (self.kernel - 1) * (self.dilation + 1) - 1) // self.step + 1

    def legal(self, mode: int) -> bool:
        reach = {REFLECT: self.spread - 1, CIRCULAR: self.spread}.get(mode, 15)
        return self.output > 0 and max(self.before, self.after) <= reach


def axis(scene: Scene, mode: int) -> Axis:
    while True:
        longest = 4 if scene.small else 9
        insertion = scene.integer(0, 2) if scene.chance(0.3) else 0
        dilation = scene.integer(0, 2) if scene.chance(0.3) else 0
        pads = [scene.integer(0, 3) if scene.chance(0.5) else 0 for _ in range(2)]
        kernel = scene.integer(1, 3 if scene.small else 4)
        made = Axis(scene.integer(1, longest), kernel, scene.integer(1, 3), insertion, dilation, *pads)
        if made.legal(mode) and made.output <= 16:
            return made


def geometry(scene: Scene) -> tuple[Axis, Axis, dict[str, int]]:
    """Both axes and the fields that describe them."""
    mode = scene.integer(0, 3) if scene.chance(0.5) else CONSTANT
    h, w = axis(scene, mode), axis(scene, mode)
    fields = {
        "pad_mode": mode,
        "kernel_rotate": scene.integer(0, 1),
        "opd0_up_pad": h.before,
        "opd0_dn_pad": h.after,
        "opd0_lf_pad": w.before,
        "opd0_rt_pad": w.after,
        "opd1_h": h.kernel,
        "opd1_w": w.kernel,
        "opd0_h": h.input,
        "opd0_w": w.input,
        "res0_h": h.output,
        "res0_w": w.output,
    }
    for name, along in (("y", h), ("x", w)):
        fields |= {f"res_op_{name}_str": along.step, f"opd0_{name}_ins0": along.inserted}
        fields |= {f"opd1_{name}_ins0": along.dilation}
    return h, w, fields


def table(scene: Scene, name: str, precision: int, lane: int, channels: int, each: int, kind: str) -> dict[str, int]:
    """A constant or `each` consecutive elements a channel, compact."""
    if scene.chance(0.4):
        return {f"{name}_const": 1, f"{name}_addr": int(values(scene.rng, precision, (1,), kind)[0])}
    operand, extent = scene.place((1, channels, 1, each), precision, lane, COMPACT, broadcast=False)
    lanes = min(LANES, channels)
    scene.fill(
        operand.address % LANE_BYTES, lanes, values(scene.rng, precision, (lanes, extent), kind).view("u1"), lane
    )
    return {f"{name}_addr": operand.address}


def kind_for(scene: Scene) -> str:
    """NaNs often cover everything else, and so stay out of most sums."""
    return "ordinary" if scene.chance(0.6) else "any"


CONVOLUTIONS = {"normal": 0, "wrq": 1, "wrqrelu": 2}


def convolution(precision: int, result: int, function: str = "normal") -> Generate:
    requantizes = function != "normal"

    def generate(scene: Scene) -> Case:
        h, w, fields = geometry(scene)
        n = scene.integer(1, 2)
        widest = 5 if scene.small else 70
        inputs = scene.integer(1, widest) if scene.chance(0.7) else scene.integer(1, 5)
        outputs = scene.integer(1, widest)
        if not scene.small and scene.chance(0.2):
            outputs = scene.integer(65, 80)
        lane, kind = scene.lane(), kind_for(scene)
        fields |= {"tsk_eu_typ": CONVOLUTIONS[function], "opd0_prec": precision, "res0_prec": result}
        fields |= {"opd0_c": inputs, "res0_n": n, "res0_c": outputs}
        fields |= {"opd0_sign": scene.integer(0, 1), "opd1_sign": scene.integer(0, 1), "opd2_sign": scene.integer(0, 1)}
        layouts = (ALIGNED, COMPACT, STRIDED)
        source = scene.source((n, inputs, h.input, w.input), precision, scene.lane(), layouts, kind)
        fields |= operand_fields("opd0", source)
        groups = -(-inputs // TOGETHER[precision])
        each = groups * TOGETHER[precision] * h.kernel * w.kernel
        fields |= table(scene, "opd1", precision, lane, outputs, each, kind)
        bias = (I16, "any") if requantizes else (I8, "any") if precision == I8 else (F32, kind)
        if requantizes or not zero_point_absent(scene, precision, fields):
            fields |= table(scene, "opd2", bias[0], lane, outputs, 1, bias[1])
        if requantizes:
            fields |= {"opd3_const": 1, "opd3_addr": shift(scene)}
        else:
            first_lane = source.address // LANE_BYTES
            fields |= table(scene, "opd3", precision, first_lane, inputs, 2, kind)
        # What is accumulated is f32 (i32) wherever a narrower result puts its elements.
        room = scene.place((n, outputs, h.output, w.output), F32, lane, ALIGNED, broadcast=False)
        fields["res0_addr"] = room[0].address
        if scene.chance(0.3):
            fields["res_add"] = 1
            previous = values(scene.rng, I32 if precision == I8 else F32, (min(LANES, outputs), room[1]), kind)
            scene.fill(room[0].address % LANE_BYTES, len(previous), previous.view(np.uint8), lane)
        form = scene.one_of(("long", "short"))
        if form == "long":
            fields["tsk_lane_num"] = scene.lane_mask()
            fields |= {"opd0_n": n, "opd1_n": outputs, "opd1_c": inputs, "opd1_prec": precision}
        return scene.case("Conv", form, fields)

    return generate


def zero_point_absent(scene: Scene, precision: int, fields: dict[str, int]) -> bool:
    """Sometimes name the zero point 0 in the command: only then is the sum of unsigned operands unsigned."""
    if precision != I8 or scene.chance(0.6):
        return False
    fields |= {"opd2_const": 1, "opd2_addr": 0}
    return True


def shift(scene: Scene) -> int:
    """Bits to shift right: mostly those that leave something over."""
    return scene.integer(0, 12) if scene.chance(0.8) else scene.integer(0, 32)


def pooling(function: str, precision: int, result: int) -> Generate:
    def generate(scene: Scene) -> Case:
        h, w, fields = geometry(scene)
        n, c, _, _ = scene.shape()
        n, c = min(n, 2), min(c, 70)
        lane = scene.lane()
        # A maximum moves bits; what flows into a sum is another matter.
        kind = "any" if function == "maxpooling" else kind_for(scene)
        fields |= {"tsk_eu_typ": POOLINGS[function], "opd0_prec": precision, "res0_prec": result}
        fields |= {"res0_n": n, "res0_c": c}
        for name in ("opd0", "opd1", "opd2"):
            fields[f"{name}_sign"] = scene.integer(0, 1) if precision == I8 else 1
        fields |= operand_fields("opd0", scene.source((n, c, h.input, w.input), precision, lane, (ALIGNED,), kind))
        if function == "avgpooling":
            fields |= {"opd1_const": 1, "opd1_addr": int(values(scene.rng, precision, (1,), kind)[0])}
        elif function != "maxpooling":
            fields |= table(scene, "opd1", precision, lane, c, h.kernel * w.kernel, kind)
            fields |= table(scene, "opd2", I32 if precision == I8 else precision, lane, c, 1, kind)
        if precision == I8 and function == "avgpooling":
            fields["opd2_addr"] = shift(scene)
        elif precision == I8 and function != "maxpooling":
            fields |= {"res1_addr": shift(scene) << 8, "opd2_n_str": scene.integer(0, 6)}
        fields |= table(scene, "opd3", precision, lane, c, 2, kind)
        fields["res0_addr"] = scene.target((n, c, h.output, w.output), result, lane, (ALIGNED,)).address
        form = scene.one_of(("long", "short"))
        if form == "long":
            fields["tsk_lane_num"] = scene.lane_mask()
            fields |= shape_fields((1, c, h.kernel, w.kernel), "opd1")
            fields |= {"opd0_n": n, "opd0_c": c, "opd1_prec": precision, "opd2_prec": precision}
        return scene.case("PoolDepthwise", form, fields)

    return generate


def region_table(scene: Scene, height: int, width: int, count: int) -> int:
    """Where `count` regions stand that lie in the input: [1, count, 1, 4] of left, top, right, bottom, from lane 0.
    Most are not empty. Regions that leave the input would read what happens to be around it."""
    x = scene.rng.integers(0, width, (count, 2))
    y = scene.rng.integers(0, height, (count, 2))
    if scene.chance(0.8):
        x.sort(axis=1)
        y.sort(axis=1)
    regions = np.stack((x[:, 0], y[:, 0], x[:, 1], y[:, 1]), axis=1).astype("<i2")
    depth = -(-count // LANES)
    rows = np.zeros((min(LANES, count), depth, 4), "<i2")
    for index, region in enumerate(regions):
        rows[index % LANES, index // LANES] = region
    at = scene.reserve(8 * depth, 8)
    scene.fill(at, len(rows), rows.reshape(len(rows), -1).view(np.uint8))
    return at


def region_pooling(function: str, precision: int, result: int) -> Generate:
    def generate(scene: Scene) -> Case:
        n, c, _, _ = scene.shape()
        n, c, lane = min(n, 2), min(c, 70), scene.lane()
        height, width = scene.integer(1, 6), scene.integer(1, 8)
        regions = scene.integer(1, 4 if scene.small else 70)
        rows, columns = scene.integer(1, 4), scene.integer(1, 4)
        kind = "any" if function == "roimaxpooling" else kind_for(scene)
        fields = {"tsk_eu_typ": REGION_POOLINGS[function], "opd0_prec": precision, "res0_prec": result}
        fields |= {"res0_n": n, "res0_c": c, "res0_h": 1, "res0_w": regions, "opd0_h": height, "opd0_w": width}
        fields |= {"opd1_h": rows, "opd1_w": columns, "kernel_rotate": scene.integer(0, 1)}
        fields |= {"res_op_x_str": 1, "res_op_y_str": 1}
        for name in ("opd0", "opd1"):
            fields[f"{name}_sign"] = scene.integer(0, 1) if precision == I8 else 1
        fields |= operand_fields("opd0", scene.source((n, c, height, width), precision, lane, (ALIGNED,), kind))
        if function == "roiavgpooling":
            fields |= {"opd1_const": 1, "opd1_addr": int(values(scene.rng, precision, (1,), kind)[0])}
        elif function == "roiDepthwise":
            fields |= table(scene, "opd1", precision, lane, c, rows * columns, kind)
        fields |= {"opd2_const": 1, "opd2_addr": int(values(scene.rng, precision, (1,), kind)[0])}
        fields["opd3_addr"] = region_table(scene, height, width, regions)
        fields["res0_addr"] = scene.target((n, c, 1, regions), result, lane, (ALIGNED,)).address
        form = scene.one_of(("long", "short"))
        if form == "long":
            fields["tsk_lane_num"] = scene.lane_mask()
            fields |= shape_fields((1, c, rows, columns), "opd1")
            fields |= {"opd0_n": n, "opd0_c": c, "opd1_prec": precision, "opd2_prec": precision}
        return scene.case("PoolDepthwise", form, fields)

    return generate


def forms() -> Forms:
    made: Forms = {}
    for result in INTEGERS:
        to = f"i8 -> {PRECISION_NAMES[result]}"
        for function in CONVOLUTIONS:
            made[f"conv.{function} {to}"] = convolution(I8, result, function)
        for function in POOLINGS:
            made[f"pord.{function} {to}"] = pooling(function, I8, result)
        for function in REGION_POOLINGS:
            made[f"pord.{function} {to}"] = region_pooling(function, I8, result)
    for precision in FLOATS:
        name = PRECISION_NAMES[precision]
        for result in dict.fromkeys((precision, F32)):
            made[f"conv.normal {name} -> {PRECISION_NAMES[result]}"] = convolution(precision, result)
        for function in POOLINGS:
            made[f"pord.{function} {name}"] = pooling(function, precision, precision)
        for function in REGION_POOLINGS:
            made[f"pord.{function} {name}"] = region_pooling(function, precision, precision)
    return made


FORMS = forms()
