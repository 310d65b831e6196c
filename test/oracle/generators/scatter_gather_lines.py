"""SGL: gathers and scatters of whole rows, each channel by its own indices."""

import numpy as np

from oracle.case import ELEMENT_BYTES, I8, I16, Case, Forms, Generate, Scene, shape_fields, values
from oracle.machines import LANE_BYTES, LANES

FAR = 65536  # bytes: a table that is larger than the window lies beyond it; it is only read


def rows(scene: Scene, n: int, c: int, h: int, w: int, size: int, lane: int) -> int:
    """Bytes of each lane that a tensor takes whose rows begin at multiples of 64 bytes."""
    return n * -(-(lane + c) // LANES) * h * (-(-w * size // 64) * 64)


def lines(code: int) -> Generate:
    """Code 17 gathers, 18 scatters. An index that means "none" must name a row of the data, too."""
    is_scatter = code == 18

    def generate(scene: Scene) -> Case:
        n, c, _, w = scene.shape()
        n, lane, precision = min(n, 2), scene.lane(), scene.integer(0, 5)
        size, kind = ELEMENT_BYTES[precision], scene.one_of((I8, I16))
        moved, limit = scene.integer(1, 6), scene.integer(1, 9)
        has_none = not scene.small and not is_scatter and kind == I8 and scene.chance(0.3)
        if has_none:
            limit = 256
        data_h, result_h = (moved, limit) if is_scatter else (limit, moved)
        extent, lanes = rows(scene, 1, c, data_h, w, size, lane), min(LANES, c)
        at = FAR if has_none else scene.reserve(extent, 64)
        scene.fill(at, lanes, values(scene.rng, I8, (lanes, extent)).view(np.uint8), lane)
        index, count = scene.place((n, c, 1, moved), kind, lane, 0, broadcast=False)
        found = scene.rng.integers(0, limit, (lanes, count)).astype(np.uint8 if kind == I8 else np.uint16)
        fields = shape_fields((n, c, result_h, w)) | {"tsk_eu_typ": code, "opd0_h": data_h, "res0_prec": precision}
        if has_none:
            found[scene.rng.random(found.shape) < 0.3] = 255
        scene.fill(index.address % LANE_BYTES, lanes, found.view(np.uint8), lane)
        fields |= {"opd3_const": scene.integer(0, 1), "opd2_const": scene.integer(0, 1)}
        fields |= {"opd2_addr": scene.integer(0, 2**32 - 1), "opd0_str": scene.one_of((0, 3, 3, 4))}
        fields |= {"opd0_addr": lane * LANE_BYTES + at, "opd1_addr": index.address, "opd1_prec": kind}
        target = scene.reserve(rows(scene, n, c, result_h, w, size, lane), 64)
        fields["res0_addr"] = lane * LANE_BYTES + target
        return scene.case("ScatterGatherLine", scene.one_of(("long", "short")), fields)

    return generate


FORMS: Forms = {"sgl.pe_s_gather_line": lines(17), "sgl.pe_s_scatter_line": lines(18)}
