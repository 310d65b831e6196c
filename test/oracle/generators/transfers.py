"""GDMA: every function between every pair of memories, with strides, lane masks, constants and broadcasts."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import product
from typing import Literal

import numpy as np

from oracle.case import ELEMENT_BYTES, I8, I16, I32, LANE_BYTES, LANES, Case, Forms, Generate, Scene, Shape
from oracle.machines import BANKS_AT, Block, SpaceName

BASE: Mapping[SpaceName, int] = {"local": 0x0800_0000, "l2": 0x1000_0000, "global": 0x1_0000_0000}
SPACES: tuple[SpaceName, ...] = ("local", "l2", "global")
SLOT: Mapping[SpaceName, int] = {
    "local": 4096,
    "l2": 65536,
    "global": 65536,
}  # bytes, one for each operand
ALL_LANES = (1 << LANES) - 1
FORMATS = tuple(range(6))
FormName = Literal["long", "short"]


@dataclass(frozen=True)
class Side:
    """An operand: absolute address and strides in elements."""

    space: SpaceName
    address: int
    strides: Shape
    extent: int  # bytes, of a lane or of the memory


def side(scene: Scene, space: SpaceName, slot: int, shape: Shape, size: int, dense_rows: bool = False) -> Side | None:
    """Room for a tensor in a slot; None if it does not fit."""
    n, c, h, w = shape
    gap = [0 if scene.chance(0.5) else scene.integer(1, 2) for _ in range(3)]
    ws = 1 if dense_rows else 1 + gap[0]
    hs = w * ws + gap[1]
    cs = h * hs + gap[2]
    lane = scene.lane() if space == "local" else 0
    depth = -(-(lane + c) // LANES) if space == "local" else c
    extent = ((n - 1) * depth * cs + (depth - 1) * cs + (h - 1) * hs + (w - 1) * ws + 1) * size
    shift = scene.integer(0, 9) * size
    if shift + extent > SLOT[space]:
        return None
    address = BASE[space] + lane * LANE_BYTES + slot * SLOT[space] + shift
    return Side(space, address, (depth * cs, cs, hs, ws), extent)


def dense_side(scene: Scene, space: SpaceName, slot: int, shape: Shape, size: int) -> Side | None:
    """The same as a command without strides takes it: dense, in local memory aligned."""
    n, c, h, w = shape
    lane = scene.lane() if space == "local" else 0
    unit = 64 // size if space == "local" else 1
    plane = -(-h * w // unit) * unit
    depth = -(-(lane + c) // LANES) if space == "local" else c
    extent = n * depth * plane * size
    shift = scene.integer(0, 9) * size
    if shift + extent > SLOT[space]:
        return None
    address = BASE[space] + lane * LANE_BYTES + slot * SLOT[space] + shift
    return Side(space, address, (depth * plane, plane, w, 1), extent)


def fill(scene: Scene, at: Side, content: np.ndarray | None = None) -> None:
    """Random bytes (or `content`, [1, bytes]) wherever the operand may read; the same in all lanes but for noise."""
    rows = 1 if at.space != "local" else 16 if scene.small else LANES  # small cases begin at lane 0
    offset = at.address - BASE[at.space]
    if content is None:
        content = scene.rng.integers(0, 256, (rows, at.extent), np.uint8)
    scene.blocks.append(Block(at.space, offset % LANE_BYTES if rows > 1 else offset, LANE_BYTES, content))


def address_fields(**places: int) -> dict[str, int]:
    """The two halves of each address: src=..., dst=..."""
    halves: dict[str, int] = {}
    for name, place in places.items():
        halves |= {f"{name}_start_addr_l32": place & 0xFFFFFFFF, f"{name}_start_addr_h8": place >> 32}
    return halves


def mask_fields(scene: Scene) -> dict[str, int]:
    mask = ALL_LANES if scene.chance(0.6) else scene.integer(0, 2**62) | scene.integer(0, 3) << 62
    return {"localmem_mask_l32": mask & 0xFFFFFFFF, "localmem_mask_h32": mask >> 32}


def tensor_fields(name: str, shape: Shape, strides: Shape) -> dict[str, int]:
    sizes = {f"{name}_{axis}size": extent for axis, extent in zip("nchw", shape, strict=True)}
    return sizes | {f"{name}_{axis}stride": step for axis, step in zip("nchw", strides, strict=True)}


def any_shape(scene: Scene) -> Shape:
    if scene.small:
        return (scene.integer(1, 2), scene.integer(1, 3), scene.integer(1, 2), scene.integer(1, 4))
    wide = scene.one_of((scene.integer(1, 9), scene.integer(60, 70)))
    return (scene.integer(1, 3), wide, scene.integer(1, 4), scene.integer(1, 6))


def reordering(name: str, function: int, order: tuple[int, ...], source: SpaceName, target: SpaceName) -> Generate:
    """Copies and transposes: place i of the target is axis order[i] of the source."""

    def generate(scene: Scene) -> Case:
        while True:
            precision = scene.one_of(FORMATS)
            size = ELEMENT_BYTES[precision]
            shape = any_shape(scene)
            n, c, h, w = (shape[axis] for axis in order)
            copies = name == "GdmaTensor" and function == 0
            reshaped = copies and scene.chance(0.3)
            result = (n * h, c, 1, w) if reshaped else (n, c, h, w)
            src = side(scene, source, 0, shape, size, not copies)
            dst = side(scene, target, 1, result, size, not copies)
            if src and dst:
                break
        fill(scene, src)
        strides = src.strides
        if copies and scene.chance(0.3):  # repeat along some axes
            strides = (strides[0], strides[1] * scene.integer(0, 1), strides[2] * scene.integer(0, 1), strides[3])
        fields = {
            **tensor_fields("src", shape, strides),
            **tensor_fields("dst", result, dst.strides),
            **address_fields(src=src.address, dst=dst.address),
            **mask_fields(scene),
            "nchw_copy": 0 if reshaped else scene.integer(0, 1),
            "stride_enable": 1,
            "src_data_format": precision,
            "cmd_special_function": function,
        }
        # The chip model divides by zero where it collects or distributes a constant.
        takes_constant = name == "GdmaTensor" and function in (0, 1)
        if takes_constant and not reshaped and scene.chance(0.2):
            fields |= {"fill_constant_en": 1, "constant_value": scene.integer(0, 2**32 - 1)}
        return scene.case(name, "long", fields, engine="gdma")

    return generate


def unstrided(source: SpaceName, target: SpaceName) -> Generate:
    """stride_enable = 0: dense, in local memory aligned."""

    def generate(scene: Scene) -> Case:
        n, c, h, w = (1, scene.integer(1, 3 if scene.small else 70), scene.integer(1, 3), scene.integer(1, 5))
        src = Side(source, BASE[source], (0, 0, 0, 0), 256 if source == "local" else n * c * h * w * 4)
        fill(scene, src)
        shape = (n, c, h, w)
        fields = {
            **tensor_fields("src", shape, (7, 7, 7, 7)),
            **tensor_fields("dst", shape, (5, 5, 5, 5)),
            **address_fields(src=src.address, dst=BASE[target] + SLOT[target]),
            **mask_fields(scene),
            "nchw_copy": 1,
            "src_data_format": scene.one_of(FORMATS),
        }
        return scene.case("GdmaTensor", "long", fields, engine="gdma")

    return generate


def broadcast(source: SpaceName) -> Generate:
    def generate(scene: Scene) -> Case:
        while True:
            precision = scene.one_of(FORMATS)
            n, h, w = scene.integer(1, 2), scene.integer(1, 3), scene.integer(1, 4)
            lanes = scene.integer(1, 4 if scene.small else LANES)
            src = side(scene, source, 0, (n, 1, h, w), ELEMENT_BYTES[precision], True)
            dst = side(scene, "local", 1, (n, lanes, h, w), ELEMENT_BYTES[precision], True)
            if src and dst and (dst.address - BASE["local"]) // LANE_BYTES + lanes <= LANES:
                break
        fill(scene, src)
        fields = {
            **tensor_fields("src", (n, 1, h, w), src.strides),
            **tensor_fields("dst", (n, lanes, h, w), dst.strides),
            **address_fields(src=src.address, dst=dst.address),
            "localmem_mask_l32": 0xFFFFFFFF,
            "localmem_mask_h32": 0xFFFFFFFF,
            "nchw_copy": 1,
            "stride_enable": 1,
            "src_data_format": precision,
            "cmd_special_function": 3,
        }
        return scene.case("GdmaTensor", "long", fields, engine="gdma")

    return generate


def matrix(form: FormName, load: bool, transposes: bool) -> Generate:
    def generate(scene: Scene) -> Case:
        while True:
            precision = scene.one_of(FORMATS)
            size = ELEMENT_BYTES[precision]
            rows, columns = scene.integer(1, 4 if scene.small else 30), scene.integer(1, 9 if scene.small else 60)
            local_rows, local_columns = (columns, rows) if transposes else (rows, columns)
            width = scene.integer(1, 9)
            sections = -(-local_columns // width)
            has_strides = scene.chance(0.8)
            place = side if has_strides else dense_side
            local = place(scene, "local", 1, (local_rows, sections, 1, width), size)
            step = columns + scene.integer(0, 3) * has_strides
            system = place(scene, scene.one_of(("l2", "global")), 0, (1, 1, rows, step), size)
            if local and system:
                break
        near, far = ("dst", "src") if load else ("src", "dst")
        fill(scene, system if load else local)
        places = {near: local.address, far: system.address}
        fields = {
            f"{near}_nsize": local_rows,
            f"{near}_csize": sections,
            f"{near}_wsize": width,
            f"{near}_nstride": local.strides[0],
            f"{near}_cstride": local.strides[1],
            f"{far}_hsize": rows,
            f"{far}_wsize": columns,
            f"{far}_hstride": step,
            **address_fields(**places),
            **mask_fields(scene),
            "stride_enable": int(has_strides),
            "src_data_format": precision,
            "cmd_special_function": int(transposes),
        }
        return scene.case("GdmaMatrix", form, fields, engine="gdma")

    return generate


def general(form: FormName, spreads: bool) -> Generate:
    """Contiguous runs: to the same place of many lanes, or between any memories."""

    def generate(scene: Scene) -> Case:
        precision = scene.one_of(FORMATS)
        size = ELEMENT_BYTES[precision]
        source, target = scene.one_of(SPACES), "local" if spreads else scene.one_of(SPACES)
        count = scene.integer(1, 20 if scene.small else 900)
        src = Side(source, BASE[source] + scene.integer(0, 9) * size, (0, 0, 0, 0), count * size)
        lane = scene.lane() if target == "local" else 0
        fill(scene, src)
        fields = {
            **address_fields(src=src.address, dst=BASE[target] + lane * LANE_BYTES + SLOT[target]),
            **mask_fields(scene),
            "src_data_format": precision,
            "src_cstride": count,
            "cmd_special_function": int(spreads),
            "dst_csize": scene.integer(1, min(3, LANES - lane) if scene.small else LANES - lane),
        }
        if scene.chance(0.2):
            fields |= {"fill_constant_en": 1, "constant_value": scene.integer(0, 2**32 - 1)}
        return scene.case("GdmaGeneral", form, fields, engine="gdma")

    return generate


def indexed(name: str) -> Generate:
    """Gather and scatter; some indices are out of range. A scatter's are different, since the last one would win."""
    gathers = name == "GdmaGather"

    def generate(scene: Scene) -> Case:
        while True:
            precision = scene.one_of(FORMATS)
            size = ELEMENT_BYTES[precision]
            c = scene.integer(1, 3 if scene.small else 70)
            source_c, index_c = scene.one_of(((c, 1), (1, c), (c, c)))
            source_h, target_h, w = scene.integer(1, 9), scene.integer(1, 9), scene.integer(1, 5)
            indices, limit = (target_h, source_h) if gathers else (source_h, target_h)
            spaces = [scene.one_of(SPACES) for _ in range(3)]
            has_strides = scene.chance(0.8)
            place = side if has_strides else dense_side
            src = place(scene, spaces[0], 0, (1, source_c, source_h, w), size)
            dst = place(scene, spaces[1], 1, (1, c, target_h, w), size)
            index = place(scene, spaces[2], 2, (1, index_c, indices, 1), 4)
            if src and dst and index and (gathers or indices <= limit + 1):
                break
        fill(scene, src)
        begin = index.address - BASE[index.space]
        _, c_stride, h_stride, _ = index.strides
        for channel in range(index_c):
            at = begin + 4 * channel * c_stride
            if index.space == "local":
                depth, lane = divmod(begin // LANE_BYTES + channel, LANES)
                at = lane * LANE_BYTES + begin % LANE_BYTES + 4 * depth * c_stride
            row = np.zeros((1, (indices - 1) * h_stride + 1), np.uint32)
            row[0, ::h_stride] = (
                scene.rng.integers(0, limit + 2, indices) if gathers else scene.rng.permutation(limit + 1)[:indices]
            )
            scene.blocks.append(Block(index.space, at, LANE_BYTES, row.view(np.uint8)))
        fields = {
            "src_csize": source_c,
            "src_hsize": source_h,
            "src_wsize": w,
            "dst_csize": c,
            "dst_hsize": target_h,
            "dst_wsize": w,
            "index_csize": index_c,
            "index_hsize": indices,
            "src_cstride": src.strides[1],
            "src_hstride": src.strides[2],
            "dst_cstride": dst.strides[1],
            "dst_hstride": dst.strides[2],
            "index_cstride": c_stride,
            "index_hstride": h_stride,
            **address_fields(src=src.address, dst=dst.address, index=index.address),
            **mask_fields(scene),
            "stride_enable": int(has_strides),
            "src_data_format": precision,
            "constant_value": scene.integer(0, 2**32 - 1),
        }
        return scene.case(name, "long", fields, engine="gdma")

    return generate


def selecting(name: str, form: FormName) -> Generate:
    """Masked select and nonzero: operands without strides anywhere, the result packed outside of local memory."""

    def generate(scene: Scene) -> Case:
        while True:
            shape, lane = any_shape(scene), scene.lane()
            precision, other = scene.one_of((I8, I16, I32)), scene.one_of((I8, I16, I32))
            moved = precision if name == "GdmaNonzero" else scene.one_of(FORMATS)
            depth = -(-(lane + shape[1]) // LANES)
            if shape[0] * depth * -(-shape[2] * shape[3] * 4 // 64) * 64 <= SLOT["local"]:
                break
        target = scene.one_of(("l2", "global"))
        count = shape[0] * shape[1] * shape[2] * shape[3]
        places: list[int] = []
        for slot in range(2):  # data, then what is compared with zero
            space = scene.one_of(SPACES)
            where = lane if space == "local" else 0
            extent = (256 if scene.small else SLOT["local"]) if space == "local" else 4 * count
            rows = 1 if space != "local" else 16 if scene.small else LANES
            content = scene.rng.integers(0, 256, (rows, extent), np.uint8)
            content *= scene.rng.random((rows, extent)) < scene.rng.random()
            places.append(BASE[space] + where * LANE_BYTES + (slot + 1) * SLOT[space])
            at = places[-1] - BASE[space]
            scene.blocks.append(Block(space, at % LANE_BYTES if rows > 1 else at, LANE_BYTES, content))
        sizes = {f"src_{axis}size": size for axis, size in zip("nchw", shape, strict=True)}
        fields = {**sizes, "src_data_format": moved}
        if name == "GdmaNonzero":
            addresses = address_fields(src=places[1], dst=BASE[target])
            fields |= {"index_data_format": other, "dst_nstride": scene.integer(0, 1000)}
        else:
            addresses = address_fields(src=places[0], dst=BASE[target], mask=places[1])
            fields |= {"mask_data_format": other}
        return scene.case(name, form, fields | addresses, engine="gdma")

    return generate


def four_banks(source: SpaceName, function: int) -> Generate:
    """Four copies of a tensor, 32 KiB apart in the upper half of each lane; 6 broadcasts one channel."""

    def generate(scene: Scene) -> Case:
        precision = scene.one_of(FORMATS)
        size = ELEMENT_BYTES[precision]
        n, c, h, w = scene.integer(1, 2), scene.integer(1, 3 if scene.small else 64), 1, scene.integer(1, 4)
        lane = scene.integer(0, LANES - c)
        source_c = 1 if function == 6 else c
        while (src := side(scene, source, 0, (n, source_c, h, w), size, True)) is None:
            pass
        strides = (w + scene.integer(0, 2), 64 // size, w, 1)
        at = BASE["local"] + lane * LANE_BYTES + LANE_BYTES // 2 + BANKS_AT + size * scene.integer(0, 3)
        fill(scene, src)
        fields = {
            **tensor_fields("src", (n, source_c, h, w), src.strides),
            **tensor_fields("dst", (n, c, h, w), strides),
            **address_fields(src=src.address, dst=at),
            # A mask of a broadcast leaves out elements instead of lanes in the chip model.
            **(
                {"localmem_mask_l32": 0xFFFFFFFF, "localmem_mask_h32": 0xFFFFFFFF}
                if function == 6
                else mask_fields(scene)
            ),
            "nchw_copy": scene.integer(0, 1),
            "stride_enable": 1,
            "src_data_format": precision,
            "cmd_special_function": function,
        }
        return scene.case("GdmaTensor", "long", fields, engine="gdma")

    return generate


FORMS: Forms = {
    **{f"dma.tensor {s} to {t}": reordering("GdmaTensor", 0, (0, 1, 2, 3), s, t) for s, t in product(SPACES, repeat=2)},
    **{
        f"dma.tensor.{name} {s} to {t}": reordering("GdmaTensor", function, order, s, t)
        for name, function, order in (
            ("transpose", 1, (1, 0, 2, 3)),
            ("collect", 2, (0, 3, 2, 1)),
            ("distribute", 4, (0, 3, 2, 1)),
        )
        for s, t in (("local", "global"), ("global", "local"), ("local", "local"))
    },
    **{
        f"dma.cw_transpose {s} to {t}": reordering("GdmaCwTranspose", 0, (0, 3, 2, 1), s, t)
        for s, t in product(SPACES, repeat=2)
    },
    **{f"dma.tensor unstrided {s} to {t}": unstrided(s, t) for s, t in product(SPACES, repeat=2)},
    **{f"dma.tensor.broadcast {s}": broadcast(s) for s in SPACES},
    **{
        f"dma.matrix{'.transpose' * t} {form} {'load' if load else 'store'}": matrix(form, load, t)
        for form, load, t in product(("long", "short"), (True, False), (False, True))
    },
    **{
        f"dma.general{'.broadcast' * spreads} {form}": general(form, spreads)
        for form, spreads in product(("long", "short"), (False, True))
    },
    "dma.gather": indexed("GdmaGather"),
    "dma.scatter": indexed("GdmaScatter"),
    # From local memory the chip model writes in other places, too.
    **{f"dma.tensor.4bank_copy {s}": four_banks(s, 5) for s in ("l2", "global")},
    **{f"dma.tensor.4bank_broadcast {s}": four_banks(s, 6) for s in ("l2", "global")},
    "dma.masked_select long": selecting("GdmaMaskedSelect", "long"),
    "dma.masked_select short": selecting("GdmaMaskedSelect", "short"),
    "dma.nonzero long": selecting("GdmaNonzero", "long"),
    "dma.nonzero short": selecting("GdmaNonzero", "short"),
}
