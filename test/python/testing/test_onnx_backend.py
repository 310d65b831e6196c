"""The runner of ONNX's backend suite: what it says of single cases, and its report."""

from pathlib import Path

import numpy as np
import pytest
from onnx import TensorProto, helper
from tpu_mlir.testing.backend import Options, Prepared, SimulatorBackend
from tpu_mlir.testing.backend_report import Verdict, kind_of_reason, print_report, table_of_operators
from tpu_mlir.testing.onnx_backend import read_scope, run_case

CHIP = Options(host=False)


@pytest.mark.parametrize(
    ("case", "kind", "operators"),
    [
        ("test_relu", "passed", ("Relu",)),
        ("test_PReLU_1d_multiparam", "passed", ("PRelu",)),
        ("test_strnormalizer_export_monday_empty_output", "refused", ("StringNormalizer",)),
    ],
)
def test_cases(case: str, kind: str, operators: tuple[str, ...]) -> None:
    verdict = run_case(case, CHIP)
    assert (verdict.kind, verdict.operators, verdict.on_host) == (kind, operators, False)


def test_what_the_host_computes_is_told() -> None:
    verdict = run_case("test_tfidfvectorizer_tf_batch_onlybigrams_skip0", Options())
    assert (verdict.kind, verdict.on_host) == ("passed", True)
    assert "TfIdfVectorizer is not supported" in verdict.reason


def test_the_suite_notices_a_wrong_result(monkeypatch: pytest.MonkeyPatch) -> None:
    right = Prepared.run
    monkeypatch.setattr(Prepared, "run", lambda self, inputs: [each + 1 for each in right(self, inputs)])
    verdict = run_case("test_relu", CHIP)
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
    print_report([Verdict("a", "passed", on_host=True), refused], groups)
    lines = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert lines[1] == ["in", "scope", "2", "1", "0", "0", "0", "1", "1"]
    assert lines[2] == ["expanded", "1", "0", "1", "0", "0", "0", "0"]
    assert lines[-1] == ["1", "TopK", "is", "not", "supported"]


def test_the_page_of_operators() -> None:
    found = [
        Verdict("a", "passed", operators=("Cos",)),
        Verdict("b", "passed", "1 of 1 nodes run on the host, in ..\n  'n': it is | odd", ("Cos",), on_host=True),
        Verdict("c", "refused", "1 node cannot be compiled:\n  'n': no", ("Swish",)),
        Verdict("d", "passed", operators=("Cos", "Sin")),
        Verdict("e_expanded", "passed", operators=("Sin",)),
    ]
    *_, cosine, swish = table_of_operators(found).splitlines()
    assert cosine == "| Cos | 7 to 22 | chip | 1 | 1 |  | it is \\| odd |"
    assert swish == "| Swish | 24 | chip, as a function of others |  |  | 1 | no |"


def test_reasons_are_alike_but_for_names_and_numbers() -> None:
    reasons = [f"2 nodes cannot be compiled:\n  'n{i}': Foo reads 'x{i}' of {i} elements\n  'b': more" for i in (1, 22)]
    assert {kind_of_reason(each) for each in reasons} == {"Foo reads '..' of # elements"}
