"""SG: gathers, scatters and selections by index or mask; pl_* share one list of indices, pe_* have one a channel."""

import numpy as np

from oracle.case import (
    ALIGNED,
    COMPACT,
    ELEMENT_BYTES,
    I8,
    I16,
    I32,
    Case,
    Forms,
    Generate,
    Operand,
    Scene,
    Shape,
    shape_fields,
    values,
)
from oracle.machines import LANE_BYTES, LANES

INDEX_TYPES = {I8: np.uint8, I16: np.uint16}
COPY_BYTES = LANE_BYTES // 8  # pe_m_gather reads its table four times, this far apart


def index_fields(
    scene: Scene,
    shape: Shape,
    precision: int,
    lane: int,
    layout: int,
    limits: tuple[int, ...],
    is_scatter: bool = False,
) -> dict[str, int]:
    """Random indices; value i of each group of len(limits) lies below limits[i]. Limited ones are sometimes "none"."""
    scene.reserve(0, 64)  # the chip model reads pairs and fours of indices as one number
    operand, extent = scene.place(shape, precision, lane, layout, broadcast=False)
    lanes, kind = min(LANES, shape[1]), INDEX_TYPES[precision]
    largest = int(np.iinfo(kind).max)
    groups = -(-extent // len(limits))
    found = np.stack([scene.rng.integers(0, limit, (lanes, groups)) for limit in limits], axis=-1)
    found = found.reshape(lanes, -1)[:, :extent].astype(kind)
    fields = {"opd1_addr": operand.address, "opd1_prec": precision}
    if scene.chance(0.4):
        fields["opd3_const"] = 1
        found[scene.rng.random(found.shape) < 0.2] = largest
    # With a fill value, a scatter of the chip model writes outside of its operands where an index is "none".
    if scene.chance(0.5) and not (is_scatter and "opd3_const" in fields):
        fields |= {"opd2_const": 1, "opd2_addr": scene.integer(0, 2**32 - 1)}
    scene.fill(operand.address % LANE_BYTES, lanes, found.view(np.uint8), lane)
    return fields


def shared(code: int) -> Generate:
    """pl_gather and pl_scatter: an index is a column, or a column and a row."""
    is_scatter, parts = code in (3, 4), 2 if code in (1, 4) else 1

    def generate(scene: Scene) -> Case:
        n, c, _, _ = scene.shape()
        count = scene.integer(1, 4 if scene.small else 80)
        plane = (scene.integer(1, 6) if parts == 2 else 1, scene.integer(1, 4 if scene.small else 30))
        line = (1, count)
        data, result = (line, plane) if is_scatter else (plane, line)
        lane, precision = scene.lane(), scene.integer(0, 5)
        fields = shape_fields((n, c, *result)) | {"tsk_eu_typ": code, "opd0_h": data[0], "opd0_w": data[1]}
        fields |= {"res0_prec": precision, "opd0_prec": precision, "opd1_c": count, "opd1_w": 1}
        fields["opd0_addr"] = scene.source((n, c, *data), precision, lane, (ALIGNED,)).address
        kind = I16 if parts == 2 else scene.one_of((I8, I16))
        limits = (plane[1], plane[0])[:parts]
        fields |= index_fields(scene, (1, count, 1, parts), kind, scene.lane(), COMPACT, limits, is_scatter)
        fields["res0_addr"] = scene.target((n, c, *result), precision, lane, (ALIGNED,)).address
        return scene.case("ScatterGather", scene.one_of(("long", "short")), fields)

    return generate


def rectangles(scene: Scene) -> Case:
    """pl_gather_rec: each index is a rectangle (w, h, last w, last h) of which a window of elements is read."""
    n, c = scene.integer(1, 2), scene.one_of((scene.integer(1, 4), scene.integer(60, 70)))
    c = scene.integer(1, 3) if scene.small else c
    count, h, w = scene.integer(1, 4 if scene.small else 40), scene.integer(1, 9), scene.integer(1, 12)
    rows, columns = scene.integer(1, 3), scene.integer(1, 3)
    lane, precision = scene.lane(), scene.integer(0, 5)
    fields = shape_fields((n, c, 1, count)) | {"tsk_eu_typ": 2, "opd0_h": h, "opd0_w": w, "opd1_c": count, "opd1_w": 1}
    fields |= {"res0_prec": precision, "opd0_prec": precision, "opd3_addr": rows << 16 | columns}
    fields["opd0_addr"] = scene.source((n, c, h, w), precision, lane, (ALIGNED,)).address
    # The last column and row stay inside the tensor: beyond it the chip model stops.
    fields |= index_fields(scene, (1, count, 1, 4), I16, scene.lane(), COMPACT, (w, h, w, h))
    if fields.get("opd3_const"):  # "none" counts in the first two only; elsewhere it is a large number
        rows, columns = 1, 1
        fields["opd3_addr"] = rows << 16 | columns
    size = ELEMENT_BYTES[precision]
    depth = -(-(lane + c) // LANES)
    at = scene.reserve(n * depth * rows * columns * (-(-count * size // 64) * 64), 64)
    return scene.case("ScatterGather", scene.one_of(("long", "short")), fields | {"res0_addr": lane * LANE_BYTES + at})


def table(scene: Scene, c: int, w: int, precision: int, lane: int) -> dict[str, int]:
    """The data of the functions within a lane; with a layout code all channels of a lane share it."""
    source = scene.source((1, c, 1, w), precision, lane, (ALIGNED,))
    return {"opd0_addr": source.address, "opd0_prec": precision, "opd0_str": scene.one_of((0, 0, 3, 4))}


def in_lane(code: int) -> Generate:
    """pe_s_gather and pe_s_scatter, with and without hazard checks."""
    is_scatter = code in (6, 14)

    def generate(scene: Scene) -> Case:
        n, c, _, _ = scene.shape()
        count = scene.integer(1, 5) if scene.small else scene.integer(1, 60)
        width = scene.integer(1, 8) if scene.small else scene.integer(1, 100)
        lane, precision = scene.lane(), scene.integer(0, 5)
        result = width if is_scatter else count
        fields = shape_fields((n, c, 1, result)) | {"tsk_eu_typ": code, "opd0_h": 1, "res0_prec": precision}
        fields |= {"opd0_w": count if is_scatter else width, "opd1_c": c, "opd1_w": count}
        fields |= table(scene, c, fields["opd0_w"], precision, lane)
        # The vendor's generator takes i32, but the chip model reads them as pairs of i16.
        kind = scene.one_of((I8, I16))
        fields |= index_fields(scene, (n, c, 1, count), kind, lane, ALIGNED, (width,), is_scatter)
        fields["res0_addr"] = scene.target((n, c, 1, result), precision, lane, (ALIGNED,)).address
        return scene.case("ScatterGather", scene.one_of(("long", "short")), fields)

    return generate


def multi_gather(scene: Scene) -> Case:
    """pe_m_gather: as pe_s_gather for one n, from a table that is there four times."""
    _, c, _, _ = scene.shape()
    count, width = scene.integer(1, 5 if scene.small else 60), scene.integer(1, 8 if scene.small else 100)
    lane, precision = scene.lane(), scene.integer(0, 5)
    size, depth = ELEMENT_BYTES[precision], -(-(lane + c) // LANES)
    lanes, extent = min(LANES, c), depth * (-(-width * size // 64) * 64)
    content = values(scene.rng, I8, (lanes, extent)).view(np.uint8)
    at = scene.reserve(extent, 64)
    for copy in range(4):
        scene.fill(at + copy * COPY_BYTES, lanes, content, lane)
    fields = shape_fields((1, c, 1, count)) | {"tsk_eu_typ": 7, "opd0_h": 1, "opd0_w": width, "res0_prec": precision}
    fields |= {"opd0_prec": precision, "opd0_addr": lane * LANE_BYTES + at, "opd1_c": c, "opd1_w": count}
    fields |= index_fields(scene, (1, c, 1, count), scene.one_of((I8, I16)), lane, ALIGNED, (width,))
    fields["res0_addr"] = scene.target((1, c, 1, count), precision, lane, (ALIGNED,)).address
    return scene.case("ScatterGather", scene.one_of(("long", "short")), fields)


def ping_pong(scene: Scene) -> Case:
    """pe_s_scatter_pp: the chip model takes one operand for both and moves nothing; it stops at an index of "none"."""
    n, c, _, _ = scene.shape()
    count, lane = scene.integer(1, 5 if scene.small else 60), scene.lane()
    width = scene.integer(1, 60)
    shape = (n, c, 1, max(width, count))
    at = scene.source(shape, I16, lane, (ALIGNED,)).address
    fields = shape_fields((n, c, 1, width)) | {"tsk_eu_typ": 10, "opd0_h": 1, "opd0_w": count, "opd0_prec": I16}
    fields |= {"res0_prec": I16, "opd0_addr": at, "res0_addr": at, "opd1_c": c, "opd1_w": count}
    fields |= index_fields(scene, (n, c, 1, count), scene.one_of((I8, I16)), lane, ALIGNED, (width,))
    fields["opd3_const"] = 0
    return scene.case("ScatterGather", scene.one_of(("long", "short")), fields)


def mask(scene: Scene, shape: Shape, precision: int, lane: int) -> Operand:
    """An aligned integer tensor with many zeros."""
    operand, extent = scene.place(shape, precision, lane, ALIGNED, broadcast=False)
    lanes = min(LANES, shape[1])
    found = values(scene.rng, precision, (lanes, extent))
    found[scene.rng.random(found.shape) < scene.rng.random()] = 0
    scene.fill(operand.address % LANE_BYTES, lanes, found.view(np.uint8), lane)
    return operand


def selecting(code: int) -> Generate:
    """pe_s_mask_select and pe_s_nonzero: a packed result and the number of its elements."""
    is_nonzero = code in (9, 16)

    def generate(scene: Scene) -> Case:
        n, c, _, _ = scene.shape()
        w, lane = scene.integer(1, 6 if scene.small else 70), scene.lane()
        kind = scene.one_of((I8, I16, I32))
        precision = scene.one_of((I16, I32)) if is_nonzero else scene.integer(0, 5)
        fields = shape_fields((n, c, 1, w)) | {"tsk_eu_typ": code, "opd0_h": 1, "opd0_w": w, "res0_prec": precision}
        tested = mask(scene, (n, c, 1, w), kind, lane)
        if is_nonzero:
            fields |= {"opd0_prec": kind, "opd0_addr": tested.address}
        else:
            fields |= {"opd1_prec": kind, "opd1_addr": tested.address, "opd1_c": c, "opd1_w": w}
            fields |= table(scene, c, w, precision, lane)
        fields["res0_addr"] = scene.target((n, c, 1, w), precision, lane, (ALIGNED,)).address
        fields["res1_addr"] = scene.target((n, c, 1, 1), I16, lane, (COMPACT,)).address
        return scene.case("ScatterGather", scene.one_of(("long", "short")), fields)

    return generate


FORMS: Forms = {
    "sg.pl_gather_d1coor": shared(0),
    "sg.pl_gather_d2coor": shared(1),
    "sg.pl_gather_rec": rectangles,
    "sg.pl_scatter_d1coor": shared(3),
    "sg.pl_scatter_d2coor": shared(4),
    "sg.pe_s_gather_d1coor": in_lane(5),
    "sg.pe_s_scatter_d1coor": in_lane(6),
    "sg.pe_m_gather_d1coor": multi_gather,
    "sg.pe_s_mask_select": selecting(8),
    "sg.pe_s_nonzero": selecting(9),
    "sg.pe_s_scatter_pp_d1coor": ping_pong,
    "sg.pe_s_gather_hzd": in_lane(13),
    "sg.pe_s_scatter_hzd": in_lane(14),
    "sg.pe_s_mask_selhzd": selecting(15),
    "sg.pe_s_nonzero_hzd": selecting(16),
}
