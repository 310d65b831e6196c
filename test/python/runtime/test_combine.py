"""Several networks, or several shapes of one, in one bmodel."""

from pathlib import Path

import numpy as np
import pytest
from tpu_mlir import compile
from tpu_mlir.cli import main
from tpu_mlir.errors import BModelError
from tpu_mlir.runtime import BModel, Session
from tpu_mlir.runtime.combine import combine, extract
from tpu_mlir.testing import case, uniform


def double(batch: int, op: str = "Add") -> BModel:
    x = uniform(batch, 3, 4, 5)
    return compile(case(op, x, x).model())


def feeds(batch: int) -> dict[str, np.ndarray]:
    return {"in0": uniform(batch, 3, 4, 5, seed=1), "in1": uniform(batch, 3, 4, 5, seed=2)}


def test_stages_of_one_network() -> None:
    both = combine([double(1), double(2)])
    assert [len(net.stages) for net in both.contents.nets] == [2]
    session = Session(both)
    for batch in (1, 2):
        given = feeds(batch)
        np.testing.assert_array_equal(session.run(None, given)[0], given["in0"] + given["in1"])


def test_the_same_shapes_twice() -> None:
    with pytest.raises(BModelError, match="is there already for the same input shapes"):
        combine([double(1), double(1, "Mul")])


def test_other_inputs() -> None:
    one = compile(case("Relu", uniform(7, 3)).model())
    with pytest.raises(BModelError, match="give the networks different names"):
        combine([double(1), one])


def test_nothing_to_combine() -> None:
    with pytest.raises(BModelError, match="expected at least one bmodel"):
        combine([])


def test_networks_side_by_side(tmp_path: Path) -> None:
    paths = [tmp_path / "sum.onnx", tmp_path / "product.onnx"]
    x = uniform(1, 3, 4, 5)
    for path, op in zip(paths, ("Add", "Mul"), strict=True):
        path.write_bytes(case(op, x, x).model().SerializeToString())
        assert main(["compile", str(path), "-o", str(path.with_suffix(".bmodel"))]) == 0
    both = tmp_path / "both.bmodel"
    assert main(["combine", *(str(path.with_suffix(".bmodel")) for path in paths), "-o", str(both)]) == 0
    given = feeds(1)
    found = {net: Session(both, net=net).run(None, given)[0] for net in ("sum", "product")}
    np.testing.assert_array_equal(found["sum"], given["in0"] + given["in1"])
    np.testing.assert_array_equal(found["product"], given["in0"] * given["in1"])


def test_what_was_combined_comes_out_again() -> None:
    """Byte for byte, but for what stages of one network share."""
    one, two = double(1), double(2)
    both = combine([one, two])
    name = one.contents.nets[0].name
    for stage, single in enumerate((one, two)):
        alone = extract(both, name, stage)
        assert alone.contents.nets[0].name == name and alone.data == single.data
    assert extract(both).data == both.data


def test_extract(tmp_path: Path, capsys) -> None:
    paths = [tmp_path / "sum.bmodel", tmp_path / "product.bmodel"]
    x = uniform(1, 3, 4, 5)
    for path, op in zip(paths, ("Add", "Mul"), strict=True):
        model = case(op, x, x).model()
        model.graph.name = path.stem
        compile(model).save(path)
    both, alone = str(tmp_path / "both.bmodel"), tmp_path / "alone.bmodel"
    assert main(["combine", *map(str, paths), "-o", both]) == 0
    for words, message in (
        ([], "name one of its networks: 'sum', 'product'"),
        (["--network", "quotient"], "there is no network 'quotient'; its networks are 'sum', 'product'"),
        (["--network", "sum", "--stage", "1"], "network 'sum' has no stage 1; its stages count from 0 to 0"),
    ):
        assert main(["extract", both, "-o", str(alone), *words]) == 1
        assert message in capsys.readouterr().err and not alone.exists()
    assert main(["extract", both, "-o", str(alone), "--network", "product"]) == 0
    assert alone.read_bytes() == paths[1].read_bytes()
