"""`tpuc operators`: the list of what a model may hold."""

import json

import onnx.defs
import pytest
from tpu_mlir.cli import main


def test_json_names_versions_that_onnx_has(capsys) -> None:
    assert main(["operators", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert len({(each["domain"], each["name"]) for each in found}) == len(found) > 150
    for each in found:
        if each["domain"] == "ai.onnx" and each["name"] != "SimplifiedLayerNormalization":  # ONNX Runtime's own
            assert each["versions"]
            for version in each["versions"]:
                assert onnx.defs.get_schema(each["name"], version).since_version == version


def test_all_of_them(capsys) -> None:
    assert main(["operators"]) == 0
    assert len(capsys.readouterr().out.splitlines()) > 150


def test_names_in_any_case(capsys) -> None:
    assert main(["operators", "swish", "Cos", "clip", "tfidfvectorizer"]) == 0
    lines = [" ".join(line.split()) for line in capsys.readouterr().out.splitlines()]
    assert lines == [
        "domain operator versions computed only",
        "ai.onnx Clip 1 to 13 chip",
        "ai.onnx Cos 7 to 22 chip",
        "ai.onnx Swish 24 chip, as a function of others",
        "ai.onnx TfIdfVectorizer 9 host",
    ]


@pytest.mark.parametrize("options", [[], ["--json"]])
def test_one_that_is_unknown(options: list[str], capsys) -> None:
    assert main(["operators", "Relu", "Frobnicate", *options]) == 1
    captured = capsys.readouterr()
    assert "Relu" in captured.out and captured.err == "'Frobnicate' is no operator of ONNX, nor registered\n"
