"""SFU: series by Horner's rule, reciprocal square roots, exponents."""

import numpy as np

from oracle.case import (
    ALIGNED,
    BF16,
    ELEMENT_BYTES,
    F16,
    F32,
    FLOATS,
    I16,
    I32,
    LANES,
    PRECISION_NAMES,
    Case,
    Forms,
    Generate,
    Scene,
    Shape,
    shape_fields,
    values,
)

CODES = {"taylor_4x": 12, "taylor": 13, "normalize": 15, "rsqrt": 17}


def operands(scene: Scene, function: str, precision: int, result: int) -> tuple[Shape, int, dict[str, int]]:
    """Shape, first lane and fields of a command on aligned tensors."""
    shape, lane = scene.shape(), scene.lane()
    fields = shape_fields(shape) | {"tsk_eu_typ": CODES[function], "res0_prec": result, "opd0_prec": precision}
    fields["opd0_addr"] = scene.source(shape, precision, lane, (ALIGNED,)).address
    fields["res0_addr"] = scene.target(shape, result, lane, (ALIGNED,)).address
    return shape, lane, fields


def series(function: str, precision: int) -> Generate:
    def generate(scene: Scene) -> Case:
        shape, lane, fields = operands(scene, function, precision, precision)
        terms = scene.integer(2, 12)
        at = scene.reserve(terms * ELEMENT_BYTES[precision], 64)
        lanes = min(LANES, shape[1])
        kind = "ordinary" if scene.chance(0.7) else "any"
        scene.fill(at, lanes, values(scene.rng, precision, (lanes, terms), kind).view(np.uint8), lane)
        fields |= {"opd1_n": terms, "opd1_addr": lane * 262144 + at}
        return scene.case("Special", scene.one_of(("long", "short")), fields)

    return generate


def rsqrt(scene: Scene) -> Case:
    _, _, fields = operands(scene, "rsqrt", F32, F32)
    return scene.case("Special", scene.one_of(("long", "short")), fields | {"opd2_n_str": scene.integer(0, 3)})


def normalize(precision: int, result: int) -> Generate:
    def generate(scene: Scene) -> Case:
        _, _, fields = operands(scene, "normalize", precision, result)
        return scene.case("Special", scene.one_of(("long", "short")), fields)

    return generate


FORMS: Forms = {
    f"sfu.{function} {PRECISION_NAMES[p]}": series(function, p) for function in ("taylor", "taylor_4x") for p in FLOATS
}
FORMS["sfu.rsqrt f32"] = rsqrt
for source, results in ((F32, (F32, I32)), (F16, (F16, I16)), (BF16, (BF16, I16))):
    for target in results:
        FORMS[f"sfu.normalize {PRECISION_NAMES[source]} -> {PRECISION_NAMES[target]}"] = normalize(source, target)
