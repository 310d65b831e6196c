"""Command streams and one-stage bmodels for tests of engines and runtime, encoded from the instruction table."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from tpu_mlir._native import bmodel
from tpu_mlir.isa import encode

LANE_BYTES = 256 << 10
LOCAL, GLOBAL = 0x0800_0000, 0x1_0000_0000
F32, F16 = 2, 1
CHANNELS, WIDTH = 64, 16  # of the tensors that these streams move: one row of f32, 64 bytes, in every lane
TENSOR_BYTES = CHANNELS * WIDTH * 4


@dataclass
class Streams:
    """Both streams of a command group; ids are given in the order of the calls, which return them."""

    tiu: list[bytes] = field(default_factory=list[bytes])
    gdma: list[bytes] = field(default_factory=list[bytes])

    def copy(self, source: int, target: int, waits_for: int = 0, **changed: int) -> int:
        """GDMA: a [1, 64, 1, 16] f32 tensor between absolute addresses; dense in global memory."""
        sides = {
            f"{side}_{name}": value
            for side in ("src", "dst")
            for name, value in zip(
                ("nsize", "csize", "hsize", "wsize", "nstride", "cstride", "hstride", "wstride"),
                (1, CHANNELS, 1, WIDTH, WIDTH * CHANNELS, WIDTH, WIDTH, 1),
                strict=True,
            )
        }
        fields = {
            **sides,
            "src_start_addr_l32": source & 0xFFFFFFFF,
            "src_start_addr_h8": source >> 32,
            "dst_start_addr_l32": target & 0xFFFFFFFF,
            "dst_start_addr_h8": target >> 32,
            "localmem_mask_l32": 0xFFFFFFFF,
            "localmem_mask_h32": 0xFFFFFFFF,
            "nchw_copy": 1,
            "stride_enable": 1,
            "src_data_format": F32,
            "cmd_id": len(self.gdma) + 1,
            "cmd_id_en": 1,
            "cmd_id_dep": waits_for,
            **changed,
        }
        self.gdma.append(encode("GdmaTensor", fields))
        return len(self.gdma)

    def load(self, address: int, offset: int, waits_for: int = 0, **changed: int) -> int:
        """GDMA: global memory (absolute address) to byte `offset` of every lane."""
        return self.copy(address, LOCAL + offset, waits_for, **changed)

    def store(self, offset: int, address: int, waits_for: int = 0, **changed: int) -> int:
        """GDMA: the other way round."""
        return self.copy(LOCAL + offset, address, waits_for, **changed)

    def pool(self, source: int, target: int, waits_for: int = 0, channels: int = CHANNELS) -> int:
        """TIU: maximum over a window of one element: copies the tensor within every lane."""
        fields = {
            "tsk_eu_typ": 4,
            "res0_prec": F32,
            "opd0_prec": F32,
            "opd1_const": 1,
            "opd2_const": 1,
            "opd3_const": 1,
            "opd0_sign": 1,
            "res0_n": 1,
            "res0_c": channels,
            "res0_h": 1,
            "res0_w": WIDTH,
            "opd0_n": 1,
            "opd0_c": channels,
            "opd0_h": 1,
            "opd0_w": WIDTH,
            "opd1_h": 1,
            "opd1_w": 1,
            "res_op_x_str": 1,
            "res_op_y_str": 1,
            "opd0_addr": source,
            "res0_addr": target,
            "tsk_lane_num": (1 << 64) - 1,
            "cmd_id": len(self.tiu) + 1,
            "cmd_id_en": 1,
            "cmd_id_dep": waits_for,
        }
        self.tiu.append(encode("PoolDepthwise", fields))
        return len(self.tiu)

    def group(self) -> bmodel.CommandGroup:
        """Both streams with their end commands, padded as the container asks."""
        tiu = b"".join(self.tiu) + encode("TiuSystem", {"tsk_eu_typ": 31, "cmd_id": len(self.tiu) + 1, "cmd_id_en": 1})
        gdma = b"".join(self.gdma) + encode("GdmaSystem", {"cmd_id": len(self.gdma) + 1, "cmd_id_en": 1}, is_short=True)
        return bmodel.CommandGroup(
            tiu_count=len(self.tiu) + 1,
            gdma_count=len(self.gdma) + 1,
            tiu=tiu + bytes(-len(tiu) % 128),
            gdma=gdma + bytes(-len(gdma) % 128),
        )


def tensor(
    name: str, address: int, shape: Sequence[int] = (1, CHANNELS, 1, WIDTH), data_type: str = "f32"
) -> bmodel.Tensor:
    """A tensor of the bmodel; by default of the shape that the streams move."""
    size = 4
    for extent in shape:
        size *= extent
    return bmodel.Tensor(name=name, data_type="f32", shape=list(shape), address=address, size=size)


X, Y = GLOBAL + 0x1000, GLOBAL + 0x3000  # of the network's input and output


def stage(
    streams: Sequence[Streams],
    inputs: Sequence[bmodel.Tensor] | None = None,
    outputs: Sequence[bmodel.Tensor] | None = None,
    records: Sequence[bmodel.TensorRecord] = (),
    layers: Sequence[tuple[int, str, int, str]] = (),
    aliases: Mapping[str, str] | None = None,
    schedule: Sequence[tuple[list[str], list[int]]] = (),
) -> bmodel.Stage:
    """A stage with input `x` at X and output `y` at Y; 64 bytes of coefficients, 0 to 63, begin the global memory."""
    table = bmodel.write_tensor_table(list(records), list(layers), dict(aliases or {}), schedule=list(schedule))
    return bmodel.Stage(
        inputs=[tensor("x", X)] if inputs is None else list(inputs),
        outputs=[tensor("y", Y)] if outputs is None else list(outputs),
        ctx_address=X,
        ctx_size=0x8000,
        coeff_address=GLOBAL,
        coeff=bytes(range(64)),
        groups=[each.group() for each in streams],
        tensor_locations=table if records or layers else b"",
    )


def model(*stages: bmodel.Stage, chip: str = "BM1684X", name: str = "net") -> bmodel.Model:
    """A bmodel with one network."""
    return bmodel.Model(chip=chip, nets=[bmodel.Net(name=name, stages=list(stages))])
