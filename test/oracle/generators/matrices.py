"""MM2 on 16-bit and 8-bit, MM on f32 and integer matrices: sizes, transpositions, constants, accumulation."""

import numpy as np

from oracle.case import (
    ALIGNED,
    BF16,
    COMPACT,
    F16,
    F32,
    I8,
    I16,
    I32,
    INTEGERS,
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

MM = {"normal": 1, "wrq": 2, "wrqrelu": 3}
MM2 = {"nn": 4, "nt": 5, "tt": 6}


def matrix(scene: Scene, name: str, precision: int, shape: Shape, kind: str, constant: bool = True) -> dict[str, int]:
    """An operand that lies as an aligned tensor, or a constant."""
    if constant and scene.chance(0.15):
        return {f"{name}_const": 1, f"{name}_addr": int(values(scene.rng, precision, (1,), kind)[0])}
    return {f"{name}_addr": scene.source(shape, precision, scene.lane(), (ALIGNED,), kind).address}


def result(scene: Scene, shape: Shape, kind: str, precision: int = F32) -> dict[str, int]:
    """Room for 32-bit values, which are what may be accumulated; narrower results take less."""
    room, extent = scene.place(shape, F32, scene.lane(), ALIGNED, broadcast=False)
    fields = {"res0_addr": room.address}
    if scene.chance(0.3):
        fields["res_add"] = 1
        previous = values(scene.rng, precision, (min(LANES, shape[1]), extent), kind)
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
        fields = {"tsk_eu_typ": MM2[function], "opd0_prec": precision, "res0_prec": wanted}
        fields |= {"opd0_sign": scene.integer(0, 1), "opd1_sign": scene.integer(0, 1), "res0_c": rows}
        fields |= {"res0_w": columns, "opd1_c": second[0], "opd1_w": second[1]}
        fields |= matrix(scene, "opd0", precision, (1, first[0], 1, first[1]), kind)
        fields |= matrix(scene, "opd1", precision, (1, second[0], 1, second[1]), kind)
        if precision == I8:
            fields |= zero_points(scene, function, second[0], columns)
        # Which of a previous result's NaN and one of a product survives is not reproduced.
        fields |= result(scene, (1, rows, 1, columns), "ordinary", I32 if precision == I8 else F32)
        form = scene.one_of(("long", "short"))
        if form == "long":
            fields["tsk_lane_num"] = scene.lane_mask()
        return scene.case("MatMul2", form, fields)

    return generate


def zero_points(scene: Scene, function: str, rows: int, columns: int) -> dict[str, int]:
    """Of opd1: a constant; a row for the lane of each of its rows; or, for tt, one a row."""
    if scene.chance(0.4):
        return {"opd2_const": 1, "opd2_addr": int(values(scene.rng, I8, (1,))[0])}
    shape = (1, rows, 1, 1) if function == "tt" else (1, min(rows, LANES), 1, columns)
    # The chip's kernels give tables to the first lane only: one that goes around to lane 0 would lie deeper there.
    operand = scene.source(shape, I8, scene.lane() if function == "tt" else 0, (COMPACT,))
    return {"opd2_addr": operand.address}


def by_columns(function: str, precision: int, wanted: int) -> Generate:
    """MM: matrices lie as [rows, lanes, 1, columns a lane]; only the left one's last lane may be narrower."""

    def generate(scene: Scene) -> Case:
        most = 3 if scene.small else 5
        rows, stored = scene.integer(1, most), (scene.integer(1, most), scene.integer(1, most + 1))
        last = scene.integer(1, stored[1])
        columns = (stored[0] - 1) * stored[1] + last
        transposed = scene.integer(0, 1)
        inner = rows if transposed else columns
        lanes, each = scene.integer(1, 4 if scene.small else 70), scene.integer(1, 5 if scene.small else 14)
        fields = {"tsk_eu_typ": MM[function], "opd0_prec": precision, "res0_prec": wanted, "left_tran": transposed}
        for name in ("opd0", "opd1", "opd2"):
            fields[f"{name}_sign"] = 1 if precision == F32 else scene.integer(0, 1)
        fields |= {"res0_c": lanes, "res0_w": each, "opd0_n": rows, "opd0_c": stored[0], "opd0_w": stored[1]}
        fields["opd1_w"] = last
        kind = scene.one_of(("ordinary", "any"))
        fields |= matrix(scene, "opd0", precision, (rows, stored[0], 1, stored[1]), kind)
        fields |= matrix(scene, "opd1", precision, (inner, lanes, 1, each), kind, constant=False)
        shape = (columns if transposed else rows, lanes, 1, each)
        if function != "normal":
            fields |= matrix(scene, "opd2", I16, (1, lanes, 1, each), "any")
            fields["opd3_addr"] = scene.integer(0, 32) << 8
        elif precision == F32:
            fields |= matrix(scene, "opd2", F32, (1, lanes, 1, each), kind)
        elif precision == I32:
            fields |= shifts(scene, lanes, each) | {"opd2_n_str": scene.integer(0, 6)}
        fields |= result(scene, shape, kind)
        if precision in (I8, I16):
            # The chip model adds to as many bytes of the results as the result would have if its elements were as wide
            # as the operands': to the rest of them it adds what memory it got held before.
            fields.pop("res_add", None)
        form = scene.one_of(("long", "short"))
        if form == "long":
            fields["tsk_lane_num"] = scene.lane_mask()
        return scene.case("MatMul", form, fields)

    return generate


def shifts(scene: Scene, lanes: int, each: int) -> dict[str, int]:
    """What the results of 32-bit factors are shifted by: signed bytes, one a column. Unsigned ones would be undefined:
    the model shifts 64-bit sums by up to 255."""
    amounts = scene.rng.integers(-32, 33, (min(LANES, lanes), -(-lanes // LANES) * 64)).astype("i1")
    if scene.chance(0.3):
        return {"opd2_sign": 1, "opd2_const": 1, "opd2_addr": int(amounts.view("u1")[0, 0])}
    at = scene.reserve(amounts.shape[1], 64)
    scene.fill(at, len(amounts), amounts.view("u1"))
    return {"opd2_sign": 1, "opd2_addr": at}


def forms() -> Forms:
    made: Forms = {"mm.normal f32 -> f32": by_columns("normal", F32, F32)}
    for precision in INTEGERS:
        made[f"mm.normal {PRECISION_NAMES[precision]} -> i32"] = by_columns("normal", precision, I32)
    for wanted in INTEGERS:
        for function in ("wrq", "wrqrelu"):
            made[f"mm.{function} i8 -> {PRECISION_NAMES[wanted]}"] = by_columns(function, I8, wanted)
    for precision, results in ((F16, (F16, F32)), (BF16, (BF16, F32)), (I8, (I32,))):
        for wanted in results:
            for function in MM2:
                name = f"mm2.{function} {PRECISION_NAMES[precision]} -> {PRECISION_NAMES[wanted]}"
                made[name] = by_rows(function, precision, wanted)
    return made


FORMS = forms()
