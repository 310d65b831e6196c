"""LIN: affine and squared terms with one or two values a channel."""

import numpy as np

from oracle.case import (
    ALIGNED,
    ELEMENT_BYTES,
    FLOATS,
    PRECISION_NAMES,
    Case,
    Forms,
    Generate,
    Scene,
    shape_fields,
    values,
)
from oracle.machines import LANE_BYTES, LANES

CODES = {"mac": 1, "square_sum": 20, "square_diff": 21}


def linear(function: str, precision: int) -> Generate:
    def generate(scene: Scene) -> Case:
        shape, lane = scene.shape(), scene.lane()
        fields = shape_fields(shape) | {"tsk_eu_typ": CODES[function], "res0_prec": precision}
        fields["opd0_addr"] = scene.source(shape, precision, lane, (ALIGNED,)).address
        for name in ("opd1", "opd2"):
            if scene.chance(0.3):
                fields[f"{name}_const"] = 1
                fields[f"{name}_addr"] = int(values(scene.rng, precision, (1,))[0])
                continue
            depth = -(-(lane + shape[1]) // LANES)
            at = scene.reserve(depth * ELEMENT_BYTES[precision], ELEMENT_BYTES[precision])
            lanes = min(LANES, shape[1])
            scene.fill(at, lanes, values(scene.rng, precision, (lanes, depth)).view(np.uint8), lane)
            fields[f"{name}_addr"] = lane * LANE_BYTES + at
        fields["res0_addr"] = scene.target(shape, precision, lane, (ALIGNED,)).address
        return scene.case("Linear", scene.one_of(("long", "short")), fields)

    return generate


FORMS: Forms = {f"lin.{function} {PRECISION_NAMES[p]}": linear(function, p) for function in CODES for p in FLOATS}
