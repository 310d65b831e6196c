"""The writer's bytes, read back by a few lines of Python that know only the container's field numbers."""

import hashlib
import struct
from pathlib import Path

import pytest
from tpu_mlir._native import bmodel
from tpu_mlir.errors import BModelError

TWICE = Path(__file__).parent / "Inputs" / "twice.bmodel"


class Table:
    """A FlatBuffers table: fields by number, as the format's specification says."""

    def __init__(self, data: bytes, at: int) -> None:
        self.data, self.at = data, at

    def place(self, field: int) -> int | None:
        vtable = self.at - struct.unpack_from("<i", self.data, self.at)[0]
        if 4 + 2 * field >= struct.unpack_from("<H", self.data, vtable)[0]:
            return None
        offset = struct.unpack_from("<H", self.data, vtable + 4 + 2 * field)[0]
        return self.at + offset if offset else None

    def scalar(self, field: int, kind: str, default: float = 0) -> float:
        place = self.place(field)
        return default if place is None else struct.unpack_from("<" + kind, self.data, place)[0]

    def extent(self, field: int) -> tuple[int, int]:
        return struct.unpack_from("<QQ", self.data, self.place(field))

    def follow(self, field: int) -> int:
        place = self.place(field)
        return place + struct.unpack_from("<I", self.data, place)[0]

    def text(self, field: int) -> str:
        at = self.follow(field)
        return self.data[at + 4 : at + 4 + struct.unpack_from("<I", self.data, at)[0]].decode()

    def vector(self, field: int, kind: str) -> tuple[int, ...]:
        at = self.follow(field)
        return struct.unpack_from(f"<{struct.unpack_from('<I', self.data, at)[0]}{kind}", self.data, at + 4)

    def table(self, field: int) -> "Table":
        return Table(self.data, self.follow(field))

    def tables(self, field: int) -> list["Table"]:
        first = self.follow(field) + 4
        return [Table(self.data, first + 4 * i + offset) for i, offset in enumerate(self.vector(field, "I"))]


def open_file(file: bytes) -> tuple[Table, bytes]:
    """Return the root table and the blob."""
    magic, header, tables, blob = struct.unpack_from("<4I", file)
    assert (magic, header, file[16:64]) == (0xFF55AAEE, 64, bytes(48))
    assert len(file) == header + tables + blob
    data = file[header : header + tables]
    return Table(data, struct.unpack_from("<I", data)[0]), file[header + tables :]


def tensor(name: str, **changes: object) -> bmodel.Tensor:
    facts = {"data_type": "f32", "shape": [1, 3, 4, 5], "address": 0x1_0000_1000, "size": 240}
    return bmodel.Tensor(name=name, **(facts | changes))


def group(
    tiu: bytes = bytes(range(128)), gdma: bytes = bytes(256), tiu_count: int = 2, gdma_count: int = 3
) -> bmodel.CommandGroup:
    return bmodel.CommandGroup(tiu_count=tiu_count, gdma_count=gdma_count, tiu=tiu, gdma=gdma)


def stage(**changes: object) -> bmodel.Stage:
    facts = {
        "inputs": [tensor("x", data_type="i8", size=60, scale=127.5, zero_point=-3)],
        "outputs": [tensor("y")],
        "ctx_address": 0x1_0000_2000,
        "ctx_size": 0x3000,
        "coeff_address": 0x1_0000_0000,
        "coeff": b"weights!" * 100,
        "groups": [group()],
    }
    return bmodel.Stage(**(facts | changes))


def model(*stages: bmodel.Stage, names: tuple[str, ...] = ("net",)) -> bmodel.Model:
    return bmodel.Model(chip="BM1684X", nets=[bmodel.Net(name=n, stages=list(stages or (stage(),))) for n in names])


def test_every_field_is_where_the_container_wants_it() -> None:
    root, blob = open_file(bmodel.write(model()))
    assert [root.text(i) for i in (0, 1, 2, 3)] == ["B", "2.2", "-", "BM1684X"]
    assert (root.scalar(5, "Q"), root.scalar(7, "I")) == (0x3000, 1)
    (net,) = root.tables(4)
    assert net.text(0) == "net" and net.scalar(5, "i") == 0
    (parameter,) = net.tables(3)
    assert (parameter.scalar(2, "Q"), parameter.scalar(3, "Q")) == (0x1_0000_2000, 0x3000)
    assert (parameter.vector(14, "Q"), parameter.scalar(16, "I")) == ((0x3000,), 1)
    coefficients = parameter.table(4)
    start, size = coefficients.extent(2)
    assert blob[start : start + size] == b"weights!" * 100 and coefficients.scalar(0, "Q") == 0x1_0000_0000
    assert bytes(coefficients.vector(1, "B")) == hashlib.sha256(b"weights!" * 100).digest()
    (sub_net,) = parameter.tables(12)
    assert (sub_net.scalar(0, "i"), sub_net.scalar(10, "i", -1), sub_net.vector(11, "i")) == (0, 0, (-1,))
    for commands in (parameter.tables(8), sub_net.tables(1)):
        (entry,) = commands
        assert [entry.scalar(i, "I") for i in (0, 1, 4, 5)] == [2, 3, 128, 256]
        for field, expected in ((2, bytes(range(128))), (3, bytes(256))):
            start, size = entry.extent(field)
            assert blob[start : start + size] == expected
    for owner, inputs, outputs in ((parameter, 0, 1), (sub_net, 3, 4)):
        (x,), (y,) = owner.tables(inputs), owner.tables(outputs)
        assert (x.text(0), x.scalar(1, "I"), x.scalar(7, "f", 1.0), x.scalar(10, "i")) == ("x", 2, 127.5, -3)
        assert (x.scalar(11, "i"), y.scalar(11, "i")) == (1, 2)
        assert (y.text(0), y.scalar(1, "I"), y.scalar(3, "Q"), y.scalar(4, "Q")) == ("y", 0, 0x1_0000_1000, 240)
        assert (y.scalar(6, "I"), y.scalar(7, "f", 1.0)) == (1, 1.0)
        assert y.tables(5)[0].vector(0, "Q") == (1, 3, 4, 5)


def test_equal_blobs_are_stored_once() -> None:
    weights = bytes(range(256)) * 64
    one = bmodel.write(model(stage(coeff=weights)))
    two = bmodel.write(model(stage(coeff=weights), stage(coeff=weights, ctx_size=0x4000)))
    assert len(two) - len(one) < 2048  # tables only
    assert [bytes(s.coeff) for s in bmodel.read(two).nets[0].stages] == [weights, weights]


def test_equal_models_give_equal_files() -> None:
    assert bmodel.write(model()) == bmodel.write(model())


def test_no_coefficients() -> None:
    assert bytes(bmodel.read(bmodel.write(model(stage(coeff=b"")))).nets[0].stages[0].coeff) == b""


def test_the_vendors_reading_of_a_file_survives_a_rewrite() -> None:
    """Written by other code than ours (see Inputs/README.md): reading and writing must keep every byte that counts."""
    original = bmodel.read(TWICE.read_bytes())
    (first,), (second,) = (m.nets[0].stages for m in (original, bmodel.read(bmodel.write(original))))
    for field in ("ctx_address", "ctx_size", "coeff_address", "coeff"):
        assert getattr(first, field) == getattr(second, field)
    for a, b in zip(first.inputs + first.outputs, second.inputs + second.outputs, strict=True):
        assert (a.name, a.data_type, a.shape, a.address, a.size) == (b.name, b.data_type, b.shape, b.address, b.size)
    for a, b in zip(first.groups, second.groups, strict=True):
        assert (a.tiu_count, a.gdma_count, a.tiu, a.gdma) == (b.tiu_count, b.gdma_count, b.tiu, b.gdma)


@pytest.mark.parametrize(
    ("broken", "message"),
    [
        (lambda: model(names=("a", "a")), "two networks have the name 'a'"),
        (lambda: bmodel.Model(chip="", nets=[]), "a bmodel needs the name of its chip"),
        (
            lambda: model(stage(inputs=[tensor("x", size=239)])),
            "network 'net', stage 0: tensor 'x' is said to have 239 bytes, its shape needs 240",
        ),
        (
            lambda: model(stage(outputs=[tensor("y", shape=[1, -1])])),
            "network 'net', stage 0: tensor 'y' has a shape that no memory holds",
        ),
        (
            lambda: model(stage(groups=[group(gdma_count=0)])),
            "network 'net', stage 0: a command group lacks the end command of an engine",
        ),
        (
            lambda: model(stage(groups=[group(tiu=bytes(100))])),
            "network 'net', stage 0: a command buffer is not padded to 128 bytes",
        ),
    ],
)
def test_what_cannot_be_written(broken, message: str) -> None:
    with pytest.raises(BModelError) as error:
        bmodel.write(broken())
    assert str(error.value) == message


def test_unknown_element_type() -> None:
    with pytest.raises(ValueError, match="'f64' is not an element type of a bmodel"):
        tensor("x", data_type="f64")
