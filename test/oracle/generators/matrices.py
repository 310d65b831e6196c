"""MM2 on 16-bit and MM on f32 matrices: sizes, transpositions, constants, accumulation."""

import numpy as np

from oracle.case import (
    ALIGNED,
    BF16,
    F16,
    F32,
    LANE_BYTES,
    LANES,
    PRECISION_NAMES,
    Case,
    Forms,
    Generate,
    Scene,
    Shape,
    values,
)

MM2 = {"nn": 4, "nt": 5, "tt": 6}


def matrix(scene: Scene, name: str, precision: int, shape: Shape, kind: str, constant: bool = True) -> dict[str, int]:
    """An operand that lies as an aligned tensor, or a constant."""
    if constant and scene.chance(0.15):
        return {f"{name}_const": 1, f"{name}_addr": int(values(scene.rng, precision, (1,), kind)[0])}
    return {f"{name}_addr": scene.source(shape, precision, scene.lane(), (ALIGNED,), kind).address}


def result(scene: Scene, shape: Shape) -> dict[str, int]:
    """Room for f32, which is what may be accumulated; narrower results take less."""
    room, extent = scene.place(shape, F32, scene.lane(), ALIGNED, broadcast=False)
    fields = {"res0_addr": room.address}
    if scene.chance(0.3):
        fields["res_add"] = 1
        previous = values(scene.rng, F32, (min(LANES, shape[1]), extent), "ordinary")
        scene.fill(room.address % LANE_BYTES, len(previous), previous.view(np.uint8), room.address // LANE_BYTES)
    return fields


def by_rows(function: str, precision: int, wanted: int) -> Generate:
    """MM2: tt gives opd1 * opd0."""

    def generate(scene: Scene) -> Case:
        most = 5 if scene.small else 80
        rows, inner, columns = (scene.integer(1, most) for _ in range(3))
        if not scene.small and scene.chance(0.3):
            inner = scene.integer(80, 200)
        first, second = {
            "nn": ((rows, inner), (inner, columns)),
            "nt": ((rows, inner), (columns, inner)),
            "tt": ((inner, columns), (rows, inner)),
        }[function]
        kind = scene.one_of(("ordinary", "any"))
        fields = {"tsk_eu_typ": MM2[function], "opd0_prec": precision, "res0_prec": wanted, "opd2_const": 1}
        fields |= {"opd0_sign": 1, "opd1_sign": 1, "res0_c": rows, "res0_w": columns}
        fields |= {"opd1_c": second[0], "opd1_w": second[1]}
        fields |= matrix(scene, "opd0", precision, (1, first[0], 1, first[1]), kind)
        fields |= matrix(scene, "opd1", precision, (1, second[0], 1, second[1]), kind)
        fields |= result(scene, (1, rows, 1, columns))
        return scene.case("MatMul2", "short", fields)

    return generate


def by_columns(scene: Scene) -> Case:
    """MM: matrices lie as [rows, lanes, 1, columns a lane]; only the left one's last lane may be narrower."""
    most = 3 if scene.small else 5
    rows, stored = scene.integer(1, most), (scene.integer(1, most), scene.integer(1, most + 1))
    last = scene.integer(1, stored[1])
    columns = (stored[0] - 1) * stored[1] + last
    transposed = scene.integer(0, 1)
    inner = rows if transposed else columns
    lanes, each = scene.integer(1, 4 if scene.small else 70), scene.integer(1, 5 if scene.small else 14)
    fields = {"tsk_eu_typ": 1, "opd0_prec": F32, "res0_prec": F32, "left_tran": transposed}
    fields |= {"opd0_sign": 1, "opd1_sign": 1, "opd2_sign": 1, "res0_c": lanes, "res0_w": each}
    fields |= {"opd0_n": rows, "opd0_c": stored[0], "opd0_w": stored[1], "opd1_w": last}
    kind = "ordinary"  # f32 sums do not say which of several NaNs survives
    fields |= matrix(scene, "opd0", F32, (rows, stored[0], 1, stored[1]), kind)
    fields |= matrix(scene, "opd1", F32, (inner, lanes, 1, each), kind, constant=False)
    fields |= matrix(scene, "opd2", F32, (1, lanes, 1, each), kind)
    fields |= result(scene, (columns if transposed else rows, lanes, 1, each))
    return scene.case("MatMul", "short", fields)


def forms() -> Forms:
    made: Forms = {"mm.normal f32": by_columns}
    for precision in (F16, BF16):
        for wanted in (precision, F32):
            for function in MM2:
                name = f"mm2.{function} {PRECISION_NAMES[precision]} -> {PRECISION_NAMES[wanted]}"
                made[name] = by_rows(function, precision, wanted)
    return made


FORMS = forms()
