"""Layer names in files of the vendor's compiler: the form that model_deploy --debug of tpu_mlir 1.30.2 writes."""

import json

import pytest
from tpu_mlir._native import bmodel

LOAD = {
    "file-line": 16,
    "subnet_id": 0,
    "core_id": 0,
    "opcode": "tpu.Load",
    "is_local": True,
    "tiu_dma_id(before)": [0, 0],
    "tiu_dma_id(after)": [0, 1],
    "operands": [{"address": 4294967296, "name": "b", "shape": [1, 16, 1, 1]}],
    "results": [{"address": 81920, "name": "load_b", "shape": [1, 16, 1, 1]}],
    "buffers": [],
}
CONV = LOAD | {
    "opcode": "tpu.Conv2D",
    "tiu_dma_id(before)": [0, 1],
    "tiu_dma_id(after)": [3, 1],
    "operands": [{"name": "x"}, {"name": "load_b"}],
    "results": [{"name": 'conv "1"'}],
}
STORE = LOAD | {
    "opcode": "tpu.Store",
    "tiu_dma_id(before)": [3, 1],
    "tiu_dma_id(after)": [3, 2],
    "operands": [{"name": 'conv "1"'}],
    "results": [{"name": "stored"}],
}
NAME = 'conv "1"'
ALL = [
    (0, "gdma", 1, NAME),
    (0, "gdma", 2, ""),
    (0, "tiu", 1, NAME),
    (0, "tiu", 4, ""),
    (0, "gdma", 2, NAME),
    (0, "gdma", 3, ""),
]


def layers(text: str | bytes) -> list[tuple[int, str, int, str]]:
    data = text if isinstance(text, bytes) else text.encode()
    stage = bmodel.Stage(
        inputs=[], outputs=[], ctx_address=0, ctx_size=0, coeff_address=0, coeff=b"", groups=[], tensor_locations=data
    )
    return stage.layers()


def test_operations() -> None:
    assert layers(json.dumps([LOAD, CONV, STORE], indent=2)) == ALL


def test_text_that_ends_early() -> None:
    """The vendor's writer stores a multiple of 4 KiB of the text."""
    text = json.dumps([LOAD, CONV, STORE])
    assert layers(text[: text.index("tpu.Store")]) == ALL[:4]
    assert layers(json.dumps([LOAD, CONV, STORE]) + "\0" * 99) == ALL


@pytest.mark.parametrize(
    "changes",
    [
        {"tiu_dma_id(before)": [0]},
        {"tiu_dma_id(before)": [-1, 0]},
        {"tiu_dma_id(after)": [2**40, 1]},
        {"tiu_dma_id(after)": "many"},
        {"subnet_id": -1},
        {"core_id": 1},
    ],
)
def test_operations_that_cannot_be_used(changes: dict[str, object]) -> None:
    assert layers(json.dumps([LOAD | changes])) == []


@pytest.mark.parametrize(
    "text", [b"", b"[", b"[]", b"{}", b"[{]}", b"]", b'["\\', b"[" * 100_000, b"[{" * 100_000, b"\xff[{\xff}]"]
)
def test_other_bytes(text: bytes) -> None:
    assert layers(text) == []
