"""The runner of ONNX's backend suite: what it says of single cases, and its report."""

from pathlib import Path

import numpy as np
import pytest
from onnx import TensorProto, helper
from tpu_mlir.testing.backend import SimulatorBackend
from tpu_mlir.testing.onnx_backend import Verdict, kind_of_reason, read_scope, report, run_case


@pytest.mark.parametrize(
    ("case", "kind"),
    [
        ("test_relu", "passed"),
        ("test_PReLU_1d_multiparam", "passed"),
        ("test_strnormalizer_export_monday_empty_output", "refused"),
    ],
)
def test_cases(case: str, kind: str) -> None:
    assert run_case(case).kind == kind


def test_the_suite_notices_a_wrong_result(monkeypatch: pytest.MonkeyPatch) -> None:
    prepare = SimulatorBackend.prepare

    class Wrong:
        def __init__(self, *arguments: object) -> None:
            self._right = prepare(*arguments)

        def run(self, inputs: object) -> list[np.ndarray]:
            return [np.nextafter(each, 9) + 1 for each in self._right.run(inputs)]

    monkeypatch.setattr(SimulatorBackend, "prepare", Wrong)
    verdict = run_case("test_relu")
    assert verdict.kind == "failed" and "Not equal to tolerance" in verdict.reason


def test_inputs_by_name_or_in_order() -> None:
    values = [helper.make_tensor_value_info(name, TensorProto.FLOAT, [2]) for name in ("a", "b", "y")]
    graph = helper.make_graph([helper.make_node("Sub", ["a", "b"], ["y"])], "g", values[:2], values[2:])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    prepared = SimulatorBackend.prepare(model)
    a, b = np.float32([3, 4]), np.float32([1, 1])
    for feeds in ([a, b], {"b": b, "a": a}):
        np.testing.assert_array_equal(prepared.run(feeds)[0], a - b)


def test_report(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    table = tmp_path / "scope.tsv"
    table.write_text("case\tin_scope\treason\na\t1\t\nb\t1\t\nc\t0\texpanded\nd\t0\tstrings\n")
    groups = read_scope(table)
    assert groups == {"a": "in scope", "b": "in scope", "c": "expanded", "d": "strings"}
    refused = Verdict("c", "refused", "1 node cannot be compiled:\n  'n7': TopK is not supported")
    report([Verdict("a", "passed"), refused], groups)
    lines = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert lines[1] == ["in", "scope", "2", "1", "0", "0", "0", "1"]
    assert lines[2] == ["expanded", "1", "0", "1", "0", "0", "0"]
    assert lines[-1] == ["1", "TopK", "is", "not", "supported"]


def test_reasons_are_alike_but_for_names_and_numbers() -> None:
    reasons = [f"2 nodes cannot be compiled:\n  'n{i}': Foo reads 'x{i}' of {i} elements\n  'b': more" for i in (1, 22)]
    assert {kind_of_reason(each) for each in reasons} == {"Foo reads '..' of # elements"}
