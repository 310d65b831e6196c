"""AR: every sub-function, precision and layout that the simulator knows."""

from collections.abc import Sequence

from oracle.case import (
    ALIGNED,
    BF16,
    ELEMENT_BYTES,
    F16,
    F32,
    FLOATS,
    I8,
    I16,
    I32,
    INTEGERS,
    PRECISION_NAMES,
    Case,
    Forms,
    Generate,
    Scene,
    operand_fields,
    shape_fields,
    values,
)
from oracle.machines import LANE_BYTES, LANES

CODES = {
    "mul": 0, "not": 1, "add": 2, "sub": 3, "max": 4, "min": 5, "logicShift": 6, "and": 7, "or": 8, "xor": 9,
    "selectGreat": 10, "selectEqual": 11, "div": 12, "selectLess": 13, "cast": 14, "adds": 15, "subs": 16, "mac": 18,
    "copy": 19, "muls": 20, "ashift": 21, "cshift": 22, "mulDHR": 23, "euIdxGen": 24, "npuIdxGen": 25, "abs": 26,
    "fsubabs": 27, "copyMb": 28, "getFirstOne": 29, "getFirstZero": 30,
}  # fmt: skip


def command(
    scene: Scene,
    function: str,
    sources: Sequence[int],
    result: int,
    kind: str = "any",
    constants: bool = True,
    **extra: int,
) -> Case:
    """One command on tensors or constants of these precisions; signs, layouts, lane and form are random."""
    shape, lane = scene.shape(), scene.lane()
    fields = {
        "tsk_eu_typ": CODES[function],
        "tsk_opd_num": len(sources),
        "res0_prec": result,
        "opd0_sign": scene.integer(0, 1),
        "opd1_sign": scene.integer(0, 1),
        "opd2_sign": scene.integer(0, 1),
        **shape_fields(shape),
    }
    for index, precision in enumerate(sources):
        name = f"opd{index}"
        fields[f"{name}_prec"] = precision
        if constants and scene.chance(0.2) and (index or len(sources) > 1):
            fields[f"{name}_const"] = 1
            fields[f"{name}_addr"] = int(values(scene.rng, precision, (1,), kind)[0])
        else:
            fields |= operand_fields(name, scene.source(shape, precision, lane, kind=kind))
    fields |= operand_fields("res0", scene.target(shape, result, lane))
    return scene.case("Arith", scene.one_of(("long", "short")), {**fields, **extra})


def floats(function: str, precision: int) -> Generate:
    def generate(scene: Scene) -> Case:
        extra = {"opd2_n_str": scene.integer(0, 3)} if function == "div" else {}
        return command(scene, function, (precision, precision), precision, **extra)

    return generate


def unary(function: str, precision: int) -> Generate:
    return lambda scene: command(scene, function, (precision,), precision)


def select(function: str, precision: int) -> Generate:
    def generate(scene: Scene) -> Case:
        narrow = [p for p in range(6) if ELEMENT_BYTES[p] <= ELEMENT_BYTES[precision]]
        result = scene.one_of(narrow)
        value = scene.integer(0, (1 << 32) - 1)
        extra = {"opd2_const": 1, "opd2_addr": value, "opd2_prec": result}
        return command(scene, function, (precision, precision), result, "ordinary", **extra)

    return generate


def integers(function: str, shifted: bool) -> Generate:
    def generate(scene: Scene) -> Case:
        sources = (scene.one_of(INTEGERS), scene.one_of(INTEGERS))
        if not shifted:
            return command(scene, function, sources, scene.one_of(INTEGERS))
        shape = scene.shape()
        fields = shape_fields(shape) | {"tsk_eu_typ": CODES[function], "tsk_opd_num": 3}
        for index, precision in enumerate(sources):
            fields |= operand_fields(f"opd{index}", scene.source(shape, precision))
            fields |= {f"opd{index}_prec": precision, f"opd{index}_sign": scene.integer(0, 1)}
        result = scene.one_of(INTEGERS)
        fields |= {"res0_prec": result, "opd2_prec": I8, "opd2_sign": 1, "opd2_n_str": scene.integer(0, 6)}
        amount = scene.rng.integers(-128, 128, (64, 3)).astype("int8")
        if scene.chance(0.5):
            fields |= {"opd2_const": 1, "opd2_addr": int(amount[0, 0]) & 0xFF}
        else:
            at = scene.reserve(3, 1)
            scene.fill(at, min(64, shape[1]), amount[: min(64, shape[1])].view("uint8"))
            fields["opd2_addr"] = at
        fields |= operand_fields("res0", scene.target(shape, result))
        return scene.case("Arith", scene.one_of(("long", "short")), fields)

    return generate


def same_integers(function: str, precision: int) -> Generate:
    """Maximum and minimum also want equal signs."""

    def generate(scene: Scene) -> Case:
        sign = scene.integer(0, 1)
        return command(scene, function, (precision, precision), precision, opd0_sign=sign, opd1_sign=sign)

    return generate


def shift(function: str, precision: int) -> Generate:
    """The second operand holds amounts around the width; they are signed whatever the sign field says."""

    def generate(scene: Scene) -> Case:
        shape, lane, width = scene.shape(), scene.lane(), 8 * ELEMENT_BYTES[precision]
        rotates = function == "cshift"
        # The chip model stops at rotation amounts that are wider than the operand.
        amount = scene.one_of([p for p in INTEGERS if not rotates or ELEMENT_BYTES[p] <= ELEMENT_BYTES[precision]])
        result = precision if rotates else scene.one_of(INTEGERS)
        fields = shape_fields(shape) | {"tsk_eu_typ": CODES[function], "tsk_opd_num": 2, "res0_prec": result}
        fields |= {"opd0_prec": precision, "opd0_sign": scene.integer(0, 1)}
        fields |= {"opd1_prec": amount, "opd1_sign": scene.integer(0, 1), "opd2_n_str": scene.integer(0, 6)}
        if scene.chance(0.2):
            fields |= {"opd0_const": 1, "opd0_addr": int(values(scene.rng, precision, (1,))[0])}
        else:
            fields |= operand_fields("opd0", scene.source(shape, precision, lane))
        second, extent = scene.place(shape, amount, lane, scene.one_of((0, 1, 3)), broadcast=True)
        lanes, reach = min(LANES, shape[1]), scene.one_of((width - 1, 127))
        amounts = scene.rng.integers(-reach, reach + 1, (lanes, extent)).astype(f"int{8 * ELEMENT_BYTES[amount]}")
        if scene.chance(0.2):
            fields |= {"opd1_const": 1, "opd1_addr": int(amounts.view(f"u{amounts.dtype.name}").flat[0])}
        else:
            scene.fill(second.address % LANE_BYTES, lanes, amounts.view("uint8"), lane)
            fields |= operand_fields("opd1", second)
        fields |= operand_fields("res0", scene.target(shape, result, lane))
        return scene.case("Arith", scene.one_of(("long", "short")), fields)

    return generate


def accumulate(precision: int) -> Generate:
    """mac: the result is read, too. Integers: opd2_addr holds a left and a right shift. The chip model writes outside
    of its memory for results of 8 bits, shifts 32-bit ones only to the right, and overflows in 16-bit ones of operands
    that are wider than 8 bits."""

    def generate(scene: Scene) -> Case:
        if precision in FLOATS:
            made = command(scene, "mac", (precision, precision), precision)
        else:
            shifts = scene.integer(0, 31) | scene.integer(0, 31) << 8 if scene.chance(0.7) else 0
            extra = {"opd2_const": 1, "opd2_addr": shifts, "opd2_n_str": scene.integer(0, 6)}
            narrow = INTEGERS if precision == I32 else (I8,)
            made = command(scene, "mac", (scene.one_of(narrow), scene.one_of(narrow)), precision, **extra)
        return made

    return generate


def high_products(scene: Scene) -> Case:
    sources = (scene.one_of(INTEGERS), scene.one_of(INTEGERS))
    return command(scene, "mulDHR", sources, scene.one_of(INTEGERS), opd2_n_str=scene.integer(0, 6))


def indices(function: str) -> Generate:
    """Columns or channels as numbers; layouts and other dimensions do not count. The short form writes nothing on the
    chip model."""

    def generate(scene: Scene) -> Case:
        _, c, _, _ = scene.shape()
        shape = (1, c, 1, 1 if function == "npuIdxGen" else scene.integer(1, 4 if scene.small else 90))
        precision = scene.one_of(INTEGERS)
        fields = shape_fields(shape) | {"tsk_eu_typ": CODES[function], "res0_prec": precision}
        # The vendor's generator asks for the first lane.
        lane = 0 if function == "npuIdxGen" else scene.lane()
        fields |= operand_fields("res0", scene.target(shape, precision, lane, (ALIGNED,)))
        return scene.case("Arith", "long", fields)

    return generate


def copy_batch(scene: Scene) -> Case:
    """copyMb: one image for all n. The chip model writes outside of its memory for layouts other than aligned, for
    larger shapes than these and for integers."""
    (n, c, h, w), lane, precision = scene.shape(), 0, scene.one_of(FLOATS)
    c, h, w = min(c, 3), min(h, 2), min(w, 4)
    fields = shape_fields((n, c, h, w)) | {"tsk_eu_typ": CODES["copyMb"], "tsk_opd_num": 1}
    fields |= {"opd0_prec": precision, "res0_prec": precision}
    fields |= operand_fields("opd0", scene.source((1, c, h, w), precision, lane, (ALIGNED,)))
    fields |= operand_fields("res0", scene.target((n, c, h, w), precision, lane, (ALIGNED,)))
    return scene.case("Arith", scene.one_of(("long", "short")), fields)


def cast(source: int, result: int) -> Generate:
    def generate(scene: Scene) -> Case:
        highest = 4 if source in FLOATS and result in INTEGERS else 6
        return command(scene, "cast", (source,), result, opd2_n_str=scene.integer(0, highest))

    return generate


def forms() -> Forms:
    made: Forms = {}
    for p, name in enumerate(PRECISION_NAMES):
        made[f"arith.copy {name}"] = unary("copy", p)
        made[f"arith.abs {name}"] = unary("abs", p)
        for function in ("selectGreat", "selectEqual", "selectLess"):
            made[f"arith.{function} {name}"] = select(function, p)
        for function in ("max", "min"):
            made[f"arith.{function} {name}"] = floats(function, p) if p in FLOATS else same_integers(function, p)
    for p in FLOATS:
        for function in ("add", "sub", "mul", "fsubabs"):
            made[f"arith.{function} {PRECISION_NAMES[p]}"] = floats(function, p)
    made["arith.div f32"] = floats("div", F32)
    for p in (*FLOATS, I16, I32):
        made[f"arith.mac {PRECISION_NAMES[p]}"] = accumulate(p)
    made["arith.mulDHR"] = high_products
    made["arith.euIdxGen"] = indices("euIdxGen")
    made["arith.npuIdxGen"] = indices("npuIdxGen")
    made["arith.copyMb"] = copy_batch
    for function in ("add", "sub", "mul", "adds", "subs", "muls"):
        made[f"arith.{function} integers"] = integers(function, shifted=False)
        made[f"arith.{function} integers, shifted"] = integers(function, shifted=True)
    for p in INTEGERS:
        for function in ("and", "or", "xor"):
            made[f"arith.{function} {PRECISION_NAMES[p]}"] = same_integers(function, p)
        for function in ("not", "getFirstOne", "getFirstZero"):
            made[f"arith.{function} {PRECISION_NAMES[p]}"] = unary(function, p)
        for function in ("logicShift", "ashift", "cshift"):
            made[f"arith.{function} {PRECISION_NAMES[p]}"] = shift(function, p)
    for source in (I8, F16, F32, I16, I32, BF16):
        for result in (I8, F16, F32, I16, I32, BF16):
            if {source, result} != {F16, BF16}:
                made[f"arith.cast {PRECISION_NAMES[source]} -> {PRECISION_NAMES[result]}"] = cast(source, result)
    return made


FORMS = forms()
