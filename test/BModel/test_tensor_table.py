"""The table of intermediate tensors that lib/BModel/TensorTable.h describes."""

import json

import pytest
from tpu_mlir._native import bmodel
from tpu_mlir.errors import BModelError

ENTRY = {"name": "conv1", "dtype": "f16", "shape": [1, 2, 3], "address": 2**32, "size": 12, "complete": 7}


def stage_with(table: bytes) -> bmodel.Stage:
    return bmodel.Stage(
        inputs=[], outputs=[], ctx_address=0, ctx_size=0, coeff_address=0, coeff=b"", groups=[], tensor_locations=table
    )


def document(*entries: object, **changes: object) -> bytes:
    return json.dumps({"format": "tpu_mlir.tensors", "version": 1, "tensors": list(entries)} | changes).encode()


def test_documented_format_is_read() -> None:
    full = ENTRY | {"order": [0, 2, 1], "group": 1, "overwritten": 9, "scale": 0.5, "zero_point": -2}
    first, second = stage_with(document(ENTRY, full)).tensor_table()
    t = first.tensor
    assert (t.name, t.data_type, t.shape, t.address, t.size, t.scale, t.zero_point) == (
        "conv1",
        "f16",
        [1, 2, 3],
        2**32,
        12,
        1.0,
        0,
    )
    assert (first.group, first.complete, first.overwritten, first.order) == (0, 7, 0, [])
    assert second.order == [0, 2, 1]
    assert (second.group, second.overwritten, second.tensor.scale, second.tensor.zero_point) == (1, 9, 0.5, -2)


def test_documented_format_is_written() -> None:
    tensor = bmodel.Tensor(name="conv1", data_type="f16", shape=[1, 2, 3], address=2**32, size=12)
    written = json.loads(
        bmodel.write_tensor_table([bmodel.TensorRecord(tensor=tensor, complete=7, overwritten=9, group=1)])
    )
    defaults = {"scale": 1, "zero_point": 0, "group": 1, "overwritten": 9}
    assert written == {"format": "tpu_mlir.tensors", "version": 1, "tensors": [ENTRY | defaults]}


def test_aliases_are_read_back() -> None:
    aliases = {"conv0": "relu0", 'a "b"': "relu0"}
    assert stage_with(bmodel.write_tensor_table([], [], aliases)).aliases() == aliases
    assert stage_with(document()).aliases() == {}


@pytest.mark.parametrize("table", [b"", b"\x00\x01binary", b'{"tensors": []}', b"[" * 100000])
def test_tables_of_others_are_left_alone(table: bytes) -> None:
    assert stage_with(table).tensor_table() == []


@pytest.mark.parametrize(
    ("table", "message"),
    [
        (document(ENTRY)[:-9], "damaged tensor table: "),
        (b'{"format": "tpu_mlir.tensors", "x": ' + b"[" * 100000, "damaged tensor table: nested too deep"),
        (document(version=2), "damaged tensor table: this release reads version 1 of its format"),
        (document(ENTRY | {"order": [0, 0, 1]}), "expected a permutation at tensors[0].order"),
        (document(ENTRY | {"order": [1]}), "expected a permutation at tensors[0].order"),
        (document(ENTRY | {"dtype": "f64"}), "unknown element type at tensors[0].dtype"),
        (document(ENTRY | {"size": 11}), "shape and size contradict each other at tensors[0].shape"),
        (document(ENTRY | {"shape": [2**40, 2**40]}), "shape and size contradict each other at tensors[0].shape"),
        (document(ENTRY | {"shape": [-1]}), "shape and size contradict each other at tensors[0].shape"),
        (document(ENTRY | {"address": -1}), "tensors[0].address"),
        (document(ENTRY | {"complete": 2**32}), "damaged tensor table: "),
        (document({k: v for k, v in ENTRY.items() if k != "complete"}), "damaged tensor table: "),
        (document(7), "tensors[0]"),
    ],
)
def test_damage_is_an_error(table: bytes, message: str) -> None:
    with pytest.raises(BModelError) as error:
        stage_with(table).tensor_table()
    assert message in str(error.value)


RUNS = [(0, "tiu", 1, "conv1"), (0, "tiu", 5, "relu"), (0, "gdma", 1, "conv1"), (1, "gdma", 3, "relu")]
LAYERS = {"names": ["conv1", "relu"], "tiu": [[0, 1, 0], [0, 5, 1]], "gdma": [[0, 1, 0], [1, 3, 1]]}


def test_layers() -> None:
    written = bmodel.write_tensor_table([], RUNS)
    assert json.loads(written)["layers"] == LAYERS
    assert stage_with(written).layers() == RUNS
    assert stage_with(document()).layers() == stage_with(b"of others").layers() == []


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"names": 1}, "damaged tensor table: expected array"),
        ({"tiu": [[0, 1]]}, "damaged tensor table: expected runs of layers as [group, first command, index of the"),
        ({"tiu": [[0, 1, 2]]}, "damaged tensor table: expected runs of layers"),
        ({"gdma": [[0, -1, 0]]}, "damaged tensor table: expected runs of layers"),
        ({"gdma": [[2**32, 1, 0]]}, "damaged tensor table: expected runs of layers"),
    ],
)
def test_damaged_layers(changes: dict[str, object], message: str) -> None:
    with pytest.raises(BModelError) as error:
        stage_with(document(layers=LAYERS | changes)).layers()
    assert message in str(error.value)


SCHEDULE = [{"tensors": ["conv1", "relu"], "slices": [1, 1, 4, 1]}, {"tensors": ["y"], "slices": [1, 1, 1, 1]}]


def test_schedule() -> None:
    groups = [(["conv1", "relu"], [1, 1, 4, 1]), (["y"], [1, 1, 1, 1])]
    written = bmodel.write_tensor_table([], schedule=groups)
    assert json.loads(written)["schedule"] == SCHEDULE
    assert stage_with(written).schedule() == groups
    assert stage_with(document()).schedule() == stage_with(b"of others").schedule() == []


@pytest.mark.parametrize(
    ("schedule", "message"),
    [
        (1, "damaged tensor table: expected array"),
        ([{"tensors": []}], "damaged tensor table: missing value at schedule[0].slices"),
        ([SCHEDULE[0] | {"tensors": []}], "expected tensors and four numbers of slices at schedule[0]"),
        ([SCHEDULE[0] | {"slices": [1]}], "expected tensors and four numbers of slices at schedule[0]"),
    ],
)
def test_damaged_schedule(schedule: object, message: str) -> None:
    with pytest.raises(BModelError) as error:
        stage_with(document(schedule=schedule)).schedule()
    assert message in str(error.value)
