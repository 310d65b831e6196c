"""`tpuc operators`: the list of what compiles."""

import json

import onnx.defs
import pytest
from tpu_mlir.cli import main


def test_json_names_versions_that_onnx_has(capsys) -> None:
    assert main(["operators", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert len({(each["domain"], each["name"]) for each in found}) == len(found) > 100
    for each in found:
        if each["domain"] == "ai.onnx":
            for version in each["versions"]:
                assert onnx.defs.get_schema(each["name"], version).since_version == version


def test_names_in_any_case(capsys) -> None:
    assert main(["operators", "maxpool", "Conv"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[:2] for line in lines] == [["domain", "operator"], ["ai.onnx", "Conv"], ["ai.onnx", "MaxPool"]]
    assert lines[1].split(maxsplit=2)[2].startswith("1, 11  ")
    assert lines[2].endswith("without the indices of the maxima")


@pytest.mark.parametrize("options", [[], ["--json"]])
def test_one_that_does_not_compile(options: list[str], capsys) -> None:
    assert main(["operators", "Relu", "LSTM", *options]) == 1
    captured = capsys.readouterr()
    assert "Relu" in captured.out and captured.err == "'LSTM' does not compile\n"
