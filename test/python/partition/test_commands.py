"""What the commands say and do about models with parts for the host."""

import json
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import onnx
import parted_models as models
import pytest
from tpu_mlir.cli import main
from tpu_mlir.errors import BModelError
from tpu_mlir.frontend.onnx.session import Session as OnnxRuntime
from tpu_mlir.runtime import BModel, Session


@pytest.fixture(scope="module")
def middle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a compiled model of three parts, the ONNX model beside it."""
    path = tmp_path_factory.mktemp("parts") / "m.onnx"
    onnx.save(models.middle(), path)
    assert main(["compile", str(path), "-o", str(path.with_suffix(".bmodel"))]) == 0
    return path.with_suffix(".bmodel")


def test_compile_tells_the_parts(tmp_path: Path, capsys) -> None:
    onnx.save(models.middle(), tmp_path / "m.onnx")
    assert main(["compile", str(tmp_path / "m.onnx"), "-o", str(tmp_path / "m.bmodel"), "--precision", "f16"]) == 0
    captured = capsys.readouterr()
    assert "1 of 9 nodes run on the host" in captured.err and "check: agrees with ONNX Runtime" in captured.err
    rows = [" ".join(line.split()) for line in captured.out.splitlines()]
    assert "0 chip network m.0 48.0 KiB 16.0 KiB 0.12 ms" in rows  # 90 µs, and 64 KiB at 2 GB/s
    assert "2 chip network m.2 4.0 KiB 4.0 KiB 0.09 ms" in rows
    assert any(row.startswith("1 host 1 node(s)") and row.endswith("16.0 KiB 12.0 KiB -") for row in rows)
    assert any(row.startswith("1 best TopK ") for row in rows)


def test_compile_without_the_host(tmp_path: Path, capsys) -> None:
    onnx.save(models.middle(), tmp_path / "m.onnx")
    assert main(["compile", str(tmp_path / "m.onnx"), "-o", str(tmp_path / "m.bmodel"), "--no-host"]) == 1
    assert "'best': TopK" in capsys.readouterr().err and not (tmp_path / "m.bmodel").exists()


def test_compile_as_json(tmp_path: Path, capsys) -> None:
    onnx.save(models.middle(), tmp_path / "m.onnx")
    assert main(["compile", str(tmp_path / "m.onnx"), "-o", str(tmp_path / "m.bmodel"), "--json"]) == 0
    facts = json.loads(capsys.readouterr().out)
    assert [part["runs_on"] for part in facts["parts"]] == ["chip", "host", "chip"]
    assert facts["cycles"] > 0 and facts["check"]["agrees"]


def test_info(middle: Path, capsys) -> None:
    assert main(["info", str(middle)]) == 0
    text = capsys.readouterr().out
    rows = [" ".join(line.split()) for line in text.splitlines()]
    assert "model m, stage 0" in rows and "network m.2, stage 0" in rows
    assert "output places i64 1x16x64" in rows and "input image f32 1x3x64x64" in rows


def test_info_as_json(middle: Path, capsys) -> None:
    assert main(["info", str(middle), "--json"]) == 0
    (model,) = json.loads(capsys.readouterr().out)["models"]
    (stage,) = model["stages"]
    assert stage["outputs"][1] == {"name": "places", "data_type": "i64", "shape": [1, 16, 64]}
    assert [part["network"] for part in stage["parts"]] == ["m.0", "", "m.2"]
    (node,) = stage["parts"][1]["nodes"]
    assert (node["name"], node["operator"]) == ("best", "TopK") and "TopK" in node["reason"]


def feeds() -> Mapping[str, np.ndarray]:
    return {"image": np.random.default_rng(3).standard_normal((1, 3, 64, 64)).astype(np.float32)}


def test_run(middle: Path, tmp_path: Path) -> None:
    np.savez(tmp_path / "in.npz", **feeds())
    words = ["run", str(middle), "--input", str(tmp_path / "in.npz"), "--output", str(tmp_path / "out.npz")]
    assert main([*words, "--profile", str(tmp_path / "trace.json")]) == 0
    found = np.load(tmp_path / "out.npz")
    np.testing.assert_array_equal(found["places"], OnnxRuntime(models.middle()).run(feeds())["places"])
    assert found["places"].dtype == np.int64


def test_the_timeline_has_one_network_after_the_other(middle: Path) -> None:
    session = Session(middle)
    result = session.run_all(feeds(), timed=True)
    spent = [Session(middle, net=net).profile().cycles for net in ("m.0", "m.2")]
    assert result.cycles == session.cycles() == sum(spent)
    starts = [event["ts"] for event in json.loads(result.trace)["traceEvents"] if event["ph"] == "X"]
    assert max(starts) * 1000 > spent[0] and min(starts) * 1000 < spent[0]


def test_compare(middle: Path, capsys) -> None:
    assert main(["compare", str(middle.with_suffix(".onnx")), str(middle), "--json"]) == 0
    found = {each["name"]: each for each in json.loads(capsys.readouterr().out)}
    assert found["result"]["relative"] < 1e-5 and found["places"]["relative"] == 0


def test_a_network_alone_goes_its_own_way(middle: Path, tmp_path: Path) -> None:
    assert main(["extract", str(middle), "--network", "m.2", "-o", str(tmp_path / "alone.bmodel")]) == 0
    alone = BModel.load(tmp_path / "alone.bmodel")
    assert [net.name for net in alone.contents.nets] == ["m.2"] and not alone.contents.composites
    assert main(["extract", str(middle), "-o", str(tmp_path / "whole.bmodel")]) == 0
    assert (tmp_path / "whole.bmodel").read_bytes() == middle.read_bytes()


def test_damage_in_a_part_for_the_host(middle: Path, tmp_path: Path) -> None:
    """Bytes that are no ONNX model, in a file whose tables are whole."""
    data = middle.read_bytes()
    host = bytes(BModel.load(middle).contents.composites[0].stages[0].parts[1].host)
    path = tmp_path / "damaged.bmodel"
    path.write_bytes(data.replace(host, b"\xff" * len(host)))
    with pytest.raises(BModelError, match=r"damaged.bmodel: damaged: a part for the host is no ONNX model"):
        Session(path)
    assert main(["info", str(path)]) == 1 and main(["run", str(path)]) == 1


def test_profile_shows_every_network(middle: Path, tmp_path: Path, capsys) -> None:
    assert main(["profile", str(middle), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert [each["network"] for each in found] == ["m.0", "m.2"]
    assert main(["profile", str(middle)]) == 0
    text = capsys.readouterr().out
    assert "network m.0, stage 0" in text and "network m.2, stage 0" in text
    assert "the host computes 1 nodes in 1 parts" in text
    assert main(["profile", str(middle), "--report", str(tmp_path / "r.html")]) == 2
    assert "name the network that the file is to show: 'm.0', 'm.2'" in capsys.readouterr().err
    assert main(["profile", str(middle), "--network", "m.2", "--report", str(tmp_path / "r.html")]) == 0


def test_debug_takes_one_network(middle: Path, capsys) -> None:
    assert main(["debug", str(middle)]) == 1
    assert "'m' is made of several parts; its networks are 'm.0', 'm.2'" in capsys.readouterr().err


def test_pixels_for_the_network_that_reads_the_image(tmp_path: Path, capsys) -> None:
    """The first of two networks takes bytes; the session has them at its border, and the check agrees."""
    onnx.save(models.middle(), tmp_path / "m.onnx")
    words = ["--fuse-preprocess", "--mean", "127.5", "--scale", "0.0078125", "--precision", "f16"]
    assert main(["compile", str(tmp_path / "m.onnx"), "-o", str(tmp_path / "m.bmodel"), *words]) == 0
    assert "check: agrees" in capsys.readouterr().err
    session = Session(tmp_path / "m.bmodel")
    assert [(each.type, each.shape) for each in session.get_inputs()] == [("tensor(uint8)", (1, 64, 64, 3))]
    pixels = np.random.default_rng(2).integers(0, 256, (1, 64, 64, 3)).astype(np.uint8)
    image = ((pixels - 127.5) * 0.0078125).transpose(0, 3, 1, 2).astype(np.float32)
    runs, _ = session.run_parts({"image": pixels})
    source = models.middle()
    del source.graph.output[:]
    source.graph.output.append(onnx.ValueInfoProto(name="rows"))
    expected = OnnxRuntime(source).run({"image": image})["rows"]
    np.testing.assert_allclose(runs[0].makes["rows"], expected, 0, 4e-3 * np.abs(expected).max())


def test_pixels_that_the_host_reads_too(tmp_path: Path, capsys) -> None:
    model = models.middle()
    model.graph.node.append(models.node("Unique", ["image"], ["levels"]))
    model.graph.output.append(onnx.helper.make_tensor_value_info("levels", models.FLOAT, None))
    onnx.save(model, tmp_path / "m.onnx")
    words = ["--fuse-preprocess", "--mean", "127.5", "--scale", "0.0078125"]
    assert main(["compile", str(tmp_path / "m.onnx"), "-o", str(tmp_path / "m.bmodel"), *words]) == 1
    assert "'image' is read by the host, too, which takes the model's numbers" in capsys.readouterr().err
