"""The registry: what it refuses, and that every operator has both ways and a test."""

import importlib.util
import re
from pathlib import Path

import onnx.defs
import pytest
from tpu_mlir._mlir import ir
from tpu_mlir._mlir.dialects import top
from tpu_mlir.frontend.onnx import exporting, registry
from tpu_mlir.frontend.onnx.node import Node, Unsupported
from tpu_mlir.frontend.onnx.registry import importer, lookup, supported
from tpu_mlir.testing import NodeCase

OPS = Path(__file__).parent / "ops"


def test_a_version_cannot_be_registered_twice() -> None:
    def function(n: Node) -> ir.OpView:
        return top.ReluOp(n.value(0))

    with pytest.raises(ValueError, match=r"ai.onnx.Relu version 14 is already registered"):
        importer("Relu", 14)(function)


def test_an_operation_cannot_have_two_exporters() -> None:
    with pytest.raises(ValueError, match=r"top.relu already has an exporter"):
        exporting.exporter("relu")(lambda e: e.emit("Relu"))


def test_the_version_is_that_of_the_opset() -> None:
    assert lookup("Squeeze", 7) is lookup("Squeeze", 20)  # one function reads axes of both kinds
    assert lookup("Split", 12) is not lookup("Split", 13)
    assert lookup("Relu", 17, "ai.onnx") is lookup("Relu", 17)


@pytest.mark.parametrize(
    ("op", "opset", "domain", "reason"),
    [
        ("Nonsense", 17, "", "Nonsense is not an operator of opset 17"),
        ("Gelu", 17, "com.microsoft", "com.microsoft.Gelu is not an operator of domain 'com.microsoft'"),
        ("Gelu", 2**40, "other", "other.Gelu is not an operator of domain 'other'"),
        ("TfIdfVectorizer", 17, "", "TfIdfVectorizer is not supported"),
    ],
)
def test_unsupported(op: str, opset: int, domain: str, reason: str) -> None:
    with pytest.raises(Unsupported, match=f"^{re.escape(reason)}$"):
        lookup(op, opset, domain)


def test_every_registered_version_exists_in_onnx() -> None:
    known = {(s.domain, s.name, s.since_version) for s in onnx.defs.get_all_schemas_with_history()}
    registered = {(domain, op, since) for (domain, op), versions in supported().items() for since in versions}
    assert {
        entry for entry in registered if onnx.defs.has(entry[1], entry[0])
    } <= known  # it has none of contributed ones


def test_a_supported_operator_is_supported_in_every_opset() -> None:
    """Each version is registered, or differs in element types alone from one that is."""
    for domain, op in supported():
        first = 7 if op in ("GRU", "LSTM", "RNN") else 1  # which took other attributes before
        for opset in range(first, onnx.defs.onnx_opset_version() + 1):
            if onnx.defs.has(op, opset, domain):
                lookup(op, opset, domain)


def test_a_version_that_only_adds_types_is_the_same_operator() -> None:
    assert lookup("Cos", 22) is lookup("Cos", 7)
    assert lookup("Relu", 1) is lookup("Relu", 6)  # whose attribute consumed_inputs means nothing
    assert lookup("Clip", 6) is not lookup("Clip", 11)


def test_a_deprecated_operator_is_what_it_was() -> None:
    assert lookup("Upsample", 21) is lookup("Upsample", 9)


def test_another_form_of_an_operator_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(registry._importers, ("", "Clip", 6))
    monkeypatch.delitem(registry._importers, ("", "Clip", 1))
    with pytest.raises(Unsupported, match="Clip is not supported as opset 6 defines it; export the model in an"):
        lookup("Clip", 7)


def test_every_operation_of_top_can_be_written_back() -> None:
    names = {
        kind.OPERATION_NAME.removeprefix("top.")
        for kind in vars(top).values()
        if isinstance(kind, type) and issubclass(kind, ir.OpView) and kind is not ir.OpView
    }
    assert names - exporting.exportable() == set()


def test_every_operator_is_tried_in_every_version() -> None:
    """Each registered (operator, version) stands in a case of some file in `ops` (If: test_importer.py)."""
    tried: set[tuple[str, int]] = set()
    for path in OPS.glob("test_*.py"):
        spec = importlib.util.spec_from_file_location(path.stem, path)
        assert spec is not None and spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        cases = [item for found in vars(module).values() if isinstance(found, list) for item in found]
        plain = [item[0] if isinstance(item, tuple) else item for item in cases]
        tried |= {
            (item.op, onnx.defs.get_schema(item.op, item.opset).since_version)
            for item in plain
            if isinstance(item, NodeCase) and onnx.defs.has(item.op, item.opset)
        }
    everything = {
        (op, since)
        for (domain, op), versions in supported().items()
        for since in versions
        if op != "If" and onnx.defs.has(op, domain)  # contributed ones have no schemas: test_microsoft.py
    }
    assert sorted(everything - tried) == []
