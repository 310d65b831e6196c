"""CMP: the larger or smaller of two operands, and selections by comparing them."""

from oracle.case import (
    ALIGNED,
    PRECISION_NAMES,
    Case,
    Forms,
    Generate,
    Scene,
    shape_fields,
    values,
)

CODES = {"gt_and_sel": 22, "sel_gt": 23, "sel_eq": 24, "lt_and_sel": 25, "sel_lt": 26}


def compare(function: str, precision: int) -> Generate:
    def generate(scene: Scene) -> Case:
        shape, lane = scene.shape(), scene.lane()
        selected = scene.integer(0, 5)
        fields = shape_fields(shape) | {"tsk_eu_typ": CODES[function], "opd0_sign": scene.integer(0, 1)}
        fields |= {"opd0_prec": precision, "opd2_prec": selected}
        kind = "ordinary" if scene.chance(0.5) else "any"
        for name, kept in (("opd0", precision), ("opd1", precision), ("opd2", selected), ("opd3", selected)):
            if name != "opd0" and scene.chance(0.2):
                fields[f"{name}_const"] = 1
                fields[f"{name}_addr"] = int(values(scene.rng, kept, (1,), kind)[0])
            else:
                fields[f"{name}_addr"] = scene.source(shape, kept, lane, (ALIGNED,), kind).address
        two = function.endswith("and_sel")
        fields["res0_addr"] = scene.target(shape, precision if two else selected, lane, (ALIGNED,)).address
        if two:
            fields["res1_addr"] = scene.target(shape, selected, lane, (ALIGNED,)).address
        return scene.case("Compare", scene.one_of(("long", "short")), fields)

    return generate


FORMS: Forms = {
    f"cmp.{function} {name}": compare(function, p) for function in CODES for p, name in enumerate(PRECISION_NAMES)
}
