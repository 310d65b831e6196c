"""TRANS_BC: transpositions of c and w, copies and broadcasts between lanes, loads from static memory."""

import numpy as np

from oracle.case import ALIGNED, ELEMENT_BYTES, Case, Forms, Generate, Scene, Shape, shape_fields
from oracle.machines import LANE_BYTES, LANES, Block

STATIC = 0x0900_0000


def lines(scene: Scene, shape: Shape, size: int) -> int:
    """Room for a tensor whose rows begin at multiples of 64 bytes."""
    n, c, h, w = shape
    return scene.reserve(n * -(-c // LANES) * h * (-(-w * size // 64) * 64), 64)


def transpose(code: int) -> Generate:
    def generate(scene: Scene) -> Case:
        n, _, h, _ = scene.shape()
        c, w = (
            (scene.integer(1, 4), scene.integer(1, 4)) if scene.small else (scene.integer(1, 80), scene.integer(1, 80))
        )
        n, h = min(n, 2), min(h, 2)
        precision = scene.integer(0, 5)
        shape = (n, c, h, w)
        fields = shape_fields(shape) | {"tsk_eu_typ": code, "res0_prec": precision, "opd0_c": w, "opd0_w": c}
        fields["opd0_addr"] = scene.source((n, w, h, c), precision, 0, (ALIGNED,)).address
        fields["res0_addr"] = lines(scene, shape, ELEMENT_BYTES[precision])
        return scene.case("TransBroadcast", scene.one_of(("long", "short")), fields)

    return generate


def between_lanes(code: int) -> Generate:
    """A copy, or a broadcast of one channel, from one first lane to another."""

    def generate(scene: Scene) -> Case:
        shape = scene.shape()
        precision = scene.integer(0, 5)
        source = shape if code == 2 else (shape[0], 1, *shape[2:])
        fields = shape_fields(shape) | {"tsk_eu_typ": code, "res0_prec": precision}
        fields["opd0_addr"] = scene.source(source, precision, scene.lane(), (ALIGNED,)).address
        fields["res0_addr"] = scene.target(shape, precision, scene.lane(), (ALIGNED,)).address
        return scene.case("TransBroadcast", scene.one_of(("long", "short")), fields)

    return generate


def from_static(code: int) -> Generate:
    def generate(scene: Scene) -> Case:
        c = scene.integer(1, 3) if scene.small else scene.integer(1, LANES)
        w = 1 if code == 5 else scene.integer(1, 4 if scene.small else 100)
        precision = scene.integer(0, 5)
        size = ELEMENT_BYTES[precision]
        content = scene.rng.integers(0, 256, (1, size * (c if code == 5 else w)), np.uint8)
        at = 64 * scene.integer(0, 8)
        scene.blocks.append(Block("static", at, 16384, content))
        lane = scene.integer(0, LANES - c) if code == 5 else scene.lane()
        fields = shape_fields((1, c, 1, w)) | {"tsk_eu_typ": code, "res0_prec": precision, "opd0_addr": STATIC + at}
        fields["res0_addr"] = lane * LANE_BYTES + scene.reserve(2 * (-(-w * size // 64) * 64), 64)
        return scene.case("TransBroadcast", scene.one_of(("long", "short")), fields)

    return generate


FORMS: Forms = {
    "tsbc.cw_ts": transpose(0),
    "tsbc.wc_ts": transpose(1),
    "tsbc.l_copy": between_lanes(2),
    "tsbc.l_bc": between_lanes(3),
    "tsbc.s_bc": from_static(4),
    "tsbc.s_distribute": from_static(5),
}
