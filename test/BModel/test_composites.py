"""Models of several parts in the container: written, read back by field numbers, and damaged."""

import struct

import pytest
from BModel.test_writer import model, open_file
from tpu_mlir._native import bmodel
from tpu_mlir.errors import BModelError

HOST = b"an ONNX model" * 20


def composite(**changes: object) -> bmodel.Composite:
    facts = {
        "inputs": [bmodel.Declared(name="ids", element_type=7, shape=[1, 4])],
        "outputs": [bmodel.Declared(name="kept", element_type=9, shape=[-1, 3])],
        "parts": [bmodel.Part(net="net", stage=0), bmodel.Part(host=HOST)],
    }
    return bmodel.Composite(name="whole", stages=[bmodel.CompositeStage(**(facts | changes))])


def file_of(*composites: bmodel.Composite) -> bytes:
    return bmodel.write(bmodel.Model(chip="BM1684X", nets=model().nets, composites=composites))


def message_of(file: bytes) -> str:
    with pytest.raises(BModelError) as error:
        bmodel.read(file, "m.bmodel")
    return str(error.value)


def test_fields_are_behind_those_of_the_vendor() -> None:
    root, blob = open_file(file_of(composite()))
    (whole,) = root.tables(31)
    (stage,) = whole.tables(1)
    (ids,), (kept,) = stage.tables(0), stage.tables(1)
    assert (whole.text(0), ids.text(0), ids.scalar(1, "I"), ids.vector(2, "q")) == ("whole", "ids", 7, (1, 4))
    assert (kept.text(0), kept.scalar(1, "I"), kept.vector(2, "q")) == ("kept", 9, (-1, 3))
    chip, host = stage.tables(2)
    assert (chip.text(0), chip.scalar(1, "I"), chip.place(2)) == ("net", 0, None)
    start, size = host.extent(2)
    assert blob[start : start + size] == HOST
    assert root.text(3) == "BM1684X" and len(root.tables(4)) == 1


def test_a_file_without_models_has_no_such_field() -> None:
    root, _ = open_file(file_of())
    assert root.place(31) is None


def test_what_is_written_is_read() -> None:
    (whole,) = bmodel.read(file_of(composite())).composites
    (stage,) = whole.stages
    assert [(each.name, each.element_type, each.shape) for each in (*stage.inputs, *stage.outputs)] == [
        ("ids", 7, [1, 4]),
        ("kept", 9, [-1, 3]),
    ]
    assert [(part.net, part.stage, bytes(part.host)) for part in stage.parts] == [("net", 0, b""), ("", 0, HOST)]


def test_equal_models_for_the_host_are_stored_once() -> None:
    twice = composite(parts=[bmodel.Part(host=HOST), bmodel.Part(host=HOST)])
    assert file_of(twice).count(HOST) == 1


def test_a_file_may_hold_no_network() -> None:
    whole = composite(parts=[bmodel.Part(host=HOST)])
    assert bmodel.read(bmodel.write(bmodel.Model(chip="BM1684X", nets=[], composites=[whole]))).nets == []


@pytest.mark.parametrize("part", [bmodel.Part(net="gone"), bmodel.Part(net="net", stage=1), bmodel.Part()])
def test_a_part_that_is_not_there(part: bmodel.Part) -> None:
    expected = f"m.bmodel: damaged: model 'whole', stage 0: its part is stage {part.stage} of network '{part.net}'"
    assert message_of(file_of(composite(parts=[part]))).startswith(expected)


def test_a_size_that_no_tensor_has() -> None:
    kept = bmodel.Declared(name="kept", element_type=9, shape=[-2])
    with pytest.raises(BModelError, match="^model 'whole': tensor 'kept' has the size -2$"):
        file_of(composite(outputs=[kept]))
    file = file_of(composite()).replace(struct.pack("<qq", -1, 3), struct.pack("<qq", -2, 3))
    assert message_of(file) == "m.bmodel: damaged: model 'whole', stage 0: tensor 'kept' has the size -2"


def test_a_model_for_the_host_beyond_the_end() -> None:
    file = file_of(composite())
    cut = file[: file.index(HOST) + 10]
    assert "model 'whole', stage 0: a model for the host should be 260 bytes" in message_of(cut)


def test_every_shortened_file_is_refused() -> None:
    file = file_of(composite())
    for size in range(0, file.index(HOST) + len(HOST), 97):
        assert message_of(file[:size])


def test_tables_that_contradict_themselves() -> None:
    """A vector of more elements than there are bytes."""
    file = bytearray(file_of(composite()))
    at = file.index(struct.pack("<qq", 1, 4), 64) - 4
    struct.pack_into("<I", file, at, 1 << 28)
    assert "tables contradict themselves" in message_of(bytes(file))
