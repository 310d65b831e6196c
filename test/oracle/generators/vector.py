"""VC: each element of one vector with each of another."""

from oracle.case import ALIGNED, ELEMENT_BYTES, F32, FLOATS, INTEGERS, Case, Forms, Generate, Scene

CODES = {
    "mul": 0, "add": 2, "sub": 3, "max": 4, "min": 5, "and": 7, "or": 8, "xor": 9, "select_gt": 10, "select_eq": 11,
    "div": 12, "select_lt": 13, "add_satu": 15, "sub_satu": 16, "mul_satu": 20, "mulDHR": 23,
}  # fmt: skip
SELECTS = ("select_gt", "select_eq", "select_lt")
MIXED = ("mul", "add", "sub", "add_satu", "sub_satu", "mul_satu", "mulDHR")


def vector(function: str, is_float: bool) -> Generate:
    def generate(scene: Scene) -> Case:
        lane, first_lane = scene.lane(), scene.lane()
        w = scene.integer(1, 4) if scene.small else scene.integer(1, 40)
        c = scene.integer(1, 3) if scene.small else scene.one_of((scene.integer(1, 9), scene.integer(60, 70)))
        first_w, first_c = scene.integer(1, 4), scene.integer(1, 2 if scene.small else 5)
        last = scene.integer(1, first_w)
        precision = scene.one_of(FLOATS if is_float else INTEGERS)
        if function == "div":
            precision = F32
        second, result = precision, precision
        if function in MIXED and not is_float:
            second, result = scene.one_of(INTEGERS), scene.one_of(INTEGERS)
        elif function in SELECTS:
            result = scene.one_of([p for p in range(6) if ELEMENT_BYTES[p] <= ELEMENT_BYTES[precision]])
        sign = scene.integer(0, 1)
        kind = "ordinary" if scene.chance(0.5) else "any"
        length = (first_c - 1) * first_w + last
        fields = {
            "tsk_eu_typ": CODES[function],
            "res0_c": c,
            "res0_w": w,
            "opd0_c": first_c,
            "opd0_w": first_w,
            "opd1_w": last,
            "opd0_prec": precision,
            "opd1_prec": second,
            "res0_prec": result,
            "opd0_sign": sign,
            # The chip model stops at a maximum of a signed and an unsigned number.
            "opd1_sign": sign if function in ("max", "min") else scene.integer(0, 1),
            "opd2_n_str": scene.integer(0, 6),
            "opd2_addr": scene.integer(0, 2**32 - 1),
            "opd0_addr": scene.source((1, first_c, 1, first_w), precision, first_lane, (ALIGNED,), kind).address,
            "opd1_addr": scene.source((1, c, 1, w), second, lane, (ALIGNED,), kind).address,
            "res0_addr": scene.target((length, c, 1, w), result, lane, (ALIGNED,)).address,
        }
        return scene.case("Vector", scene.one_of(("long", "short")), fields)

    return generate


def forms() -> Forms:
    made: Forms = {}
    for function in CODES:
        if function in ("mul", "add", "sub", "max", "min", "div", *SELECTS):
            made[f"vc.{function} floats"] = vector(function, True)
        if function != "div":
            made[f"vc.{function} integers"] = vector(function, False)
    return made


FORMS = forms()
