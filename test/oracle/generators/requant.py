"""RQ_DQ: between integers of different scales, by f32 factors or by multiplier and shift."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from oracle.case import ALIGNED, F32, I8, I16, I32, PRECISION_NAMES, Case, Forms, Generate, Scene, shape_fields
from oracle.machines import LANE_BYTES, LANES

Words = npt.NDArray[np.uint32]  # [lanes, depth]: one parameter of every channel


def parameters(scene: Scene, lanes: int, depth: int, name: str) -> Words:
    shape = (lanes, depth)
    if name == "scale":
        return (scene.rng.standard_normal(shape) * np.exp2(scene.rng.integers(-12, 3, shape))).astype("f4").view("u4")
    if name == "offset":
        return (scene.rng.integers(-20, 20, shape) * 0.5).astype("f4").view("u4")
    low, high = {"multiplier": (-3000, 3000), "shift": (-20, 4), "zero point": (-100, 100)}[name]
    return scene.rng.integers(low, high, shape).astype("i4").view("u4")


def requant(code: int, source: int, result: int, names: Sequence[str]) -> Generate:
    def generate(scene: Scene) -> Case:
        shape, lane = scene.shape(), scene.lane()
        fields = shape_fields(shape) | {"tsk_eu_typ": code, "opd0_sign": scene.integer(0, 1)}
        fields |= {"opd2_sign": scene.integer(0, 1), "opd0_prec": source, "res0_prec": result}
        fields["opd0_addr"] = scene.source(shape, source, lane, (ALIGNED,)).address
        if code == 0:
            fields["opd2_n_str"] = scene.integer(0, 4) << 3 | scene.integer(0, 6)
        elif code in (1, 4):
            fields["opd2_n_str"] = scene.integer(0, 6)
        if scene.chance(0.4):
            word = {name: int(parameters(scene, 1, 1, name)[0, 0]) for name in names}
            fields["opd1_const"] = 1
            if code == 1:
                fields["opd1_addr"] = word["multiplier"]
                fields["opd2_addr"] = word["shift"] & 0xFF | (word["zero point"] & 0xFFFF) << 16
            elif code == 4:
                fields["opd1_addr"] = word["zero point"] & 0xFFFF | (word["shift"] & 0xFFFF) << 16
                fields["opd2_addr"] = word["multiplier"]
            else:
                fields |= {"opd1_addr": word[names[0]], "opd2_addr": word[names[1]]}
        else:
            depth, lanes = -(-(lane + shape[1]) // LANES), min(LANES, shape[1])
            table = np.zeros((lanes, depth, 16), np.uint32)
            for index, name in enumerate(names):
                table[:, :, index] = parameters(scene, lanes, depth, name)
            at = scene.reserve(64 * depth, 64)
            scene.fill(at, lanes, table.reshape(lanes, -1).view(np.uint8), lane)
            fields["opd1_addr"] = lane * LANE_BYTES + at
        fields["res0_addr"] = scene.target(shape, result, lane, (ALIGNED,)).address
        return scene.case("Requant", scene.one_of(("long", "short")), fields)

    return generate


def forms() -> Forms:
    made: Forms = {}
    kinds = (
        ("rq0", 0, (I16, I32), (I8, I16, I32), ("scale", "offset")),
        ("rq1", 1, (I16, I32), (I8, I16, I32), ("multiplier", "shift", "zero point")),
        ("dq0", 3, (I8, I16), (F32,), ("zero point", "scale")),
        ("dq1", 4, (I8, I16), (I8, I16, I32), ("zero point", "multiplier", "shift")),
    )
    for name, code, sources, results, words in kinds:
        for source in sources:
            for result in results:
                key = f"quant.{name} {PRECISION_NAMES[source]} -> {PRECISION_NAMES[result]}"
                made[key] = requant(code, source, result, words)
    return made


FORMS = forms()
