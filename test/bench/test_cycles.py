"""The table of cycles: what is on record, what fails, where networks are found."""

from argparse import Namespace
from pathlib import Path

import pytest
from tpu_mlir.runtime.floor import Floor

from bench import cycles
from bench.cycles import Measured, Task, failures, find, row
from bench.figures import Cycles, read, write

TASK = Task("net", Path("net.onnx"), "f16")
RECORD = {"net f16": Cycles(1000, 2000)}


@pytest.mark.parametrize(
    ("static", "silicon", "slower"),
    [(1000, 2000, False), (1010, 2020, False), (1011, 2000, True), (900, 2021, True), (500, 1000, False)],
)
def test_a_network_may_get_slower_by_one_percent_in_either_preset(static: int, silicon: int, slower: bool) -> None:
    found = list(failures([Measured(TASK, Cycles(static, silicon))], RECORD))
    assert bool(found) is slower
    assert all("net f16: expected at most 1%" in each and f"found {static:,}" in each for each in found)


def test_a_refusal_fails_only_if_the_network_compiled_before() -> None:
    refused = Measured(TASK, refusal="'x': no memory")
    assert list(failures([refused], {})) == []
    (found,) = failures([refused], RECORD)
    assert "it is refused: 'x': no memory" in found


def test_row_compares_with_the_vendor_and_the_floor() -> None:
    cells = row(Measured(TASK, Cycles(900, 2200), Floor(450, 58)), RECORD, {"net f16": Cycles(1200, 2000)})
    assert cells == ("net", "F16", "900", "1,000", "-10.0%", "1,200", "0.75", "1.10", "960", "450", "50%")


def test_figures_that_are_not_measured_stay(tmp_path: Path) -> None:
    path = tmp_path / "new" / "ours.json"
    assert read(path) == {}
    write(path, "a", {"one": Cycles(1, 2), "two": Cycles(3, 4), "three": Cycles(5, 6)})
    write(path, "b", {"two": Cycles(7, 8), "three": None})
    assert read(path) == {"one": Cycles(1, 2), "two": Cycles(7, 8)}


def test_where_a_network_is_found(tmp_path: Path) -> None:
    (tmp_path / "a" / "onnx").mkdir(parents=True)
    (tmp_path / "a" / "onnx" / "x.onnx").touch()
    (tmp_path / "y.onnx").touch()
    options = Namespace(models=tmp_path / "a", resnet50=tmp_path / "resnet50.onnx")
    assert find("x", options) == tmp_path / "a" / "onnx" / "x.onnx"
    assert find("y", options) == tmp_path / "y.onnx"
    assert find("z", options) is None


def test_the_whole_way(models: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cycles, "OURS", tmp_path / "ours.json")
    words = ["resnet20_cifar10", "--models", str(models), "--output", str(tmp_path)]
    assert cycles.main([*words, "--record"]) == 0
    assert read(tmp_path / "ours.json").keys() == {"resnet20_cifar10 f16", "resnet20_cifar10 int8"}
    assert "| resnet20_cifar10 | INT8 |" in (tmp_path / "cycles.md").read_text("utf-8")
    write(tmp_path / "ours.json", "", {"resnet20_cifar10 f16": Cycles(1000, 1000)})
    assert cycles.main([*words, "--precision", "f16"]) == 1


def test_unknown_and_missing_networks(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        cycles.main(["alexnet"])
    assert "expected networks of" in capsys.readouterr().err
    absent = str(tmp_path / "resnet50.onnx")
    assert cycles.main(["resnet50", "--models", str(tmp_path), "--resnet50", absent, "--output", str(tmp_path)]) == 1
    assert "resnet50: no file resnet50.onnx in the folder of --models" in capsys.readouterr().out
