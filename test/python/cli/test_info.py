"""`tpuc info` on a file that other code wrote."""

import json
from pathlib import Path

from tpu_mlir._native import bmodel
from tpu_mlir.cli import main

TWICE = Path(__file__).parents[2] / "BModel" / "Inputs" / "twice.bmodel"


def test_tables(capsys) -> None:
    assert main(["info", str(TWICE)]) == 0
    text = capsys.readouterr().out
    lines = [line.split() for line in text.splitlines()]
    assert ["input", "x", "f32", "1x70x5x9", "0x100001000", "12600"] in lines
    assert ["output", "y", "f32", "1x70x5x9", "0x100005000", "12600"] in lines
    assert "memory: coefficients 4.0 KiB at 0x100000000, context 32.0 KiB at 0x100001000" in text
    assert "commands: 2 TIU, 3 GDMA in 1 group(s)" in text


def test_json(capsys) -> None:
    assert main(["info", "--json", str(TWICE)]) == 0
    facts = json.loads(capsys.readouterr().out)
    assert (facts["chip"], facts["file_size"]) == ("BM1684X", TWICE.stat().st_size)
    (stage,) = facts["networks"][0]["stages"]
    assert stage["inputs"][0]["shape"] == [1, 70, 5, 9]
    assert stage["groups"] == [{"tiu_commands": 2, "gdma_commands": 3, "tiu_bytes": 128, "gdma_bytes": 256}]
    assert (stage["coefficient_size"], stage["context_size"]) == (4096, 32768)


def test_every_stage_is_shown(tmp_path: Path, capsys) -> None:
    tensors = [bmodel.Tensor(name="[red]x[/]", data_type="i8", shape=[2], address=9, size=2, scale=0.5, zero_point=3)]
    stage = bmodel.Stage(inputs=tensors, outputs=[], ctx_address=0, ctx_size=0, coeff_address=0, coeff=b"", groups=[])
    model = bmodel.Model(chip="BM1684X", nets=[bmodel.Net(name=name, stages=[stage, stage]) for name in "ab"])
    path = tmp_path / "m.bmodel"
    path.write_bytes(bmodel.write(model))
    assert main(["info", str(path)]) == 0
    text = capsys.readouterr().out
    assert [line for line in text.splitlines() if line.startswith("network")] == [
        f"network {net}, stage {number}" for net in "ab" for number in range(2)
    ]
    assert "[red]x[/]" in text and "i8 scale 0.5 zero 3" in text


def two_kinds(tmp_path: Path) -> Path:
    """Write a stage with an input, an output that is also on record, and a larger inner tensor at the input's place."""
    kind = {"data_type": "f16", "scale": 1.0, "zero_point": 0}
    x = bmodel.Tensor(name="x", shape=[8], address=0x1000, size=16, **kind)
    y = bmodel.Tensor(name="y", shape=[4], address=0x2000, size=8, **kind)
    inner = bmodel.Tensor(name="conv", shape=[2, 16], address=0x1000, size=64, **kind)
    table = bmodel.write_tensor_table([bmodel.TensorRecord(tensor=each, complete=1) for each in (inner, y)])
    stage = bmodel.Stage(
        inputs=[x],
        outputs=[y],
        ctx_address=0x1000,
        ctx_size=2 * 4096,
        coeff_address=0,
        coeff=bytes(4096),
        groups=[],
        tensor_locations=table,
    )
    path = tmp_path / "m.bmodel"
    path.write_bytes(bmodel.write(bmodel.Model(chip="BM1684X", nets=[bmodel.Net(name="n", stages=[stage])])))
    return path


def test_memory_by_tensor(tmp_path: Path, capsys) -> None:
    assert main(["info", "--memory", str(two_kinds(tmp_path))]) == 0
    assert [line.split() for line in capsys.readouterr().out.splitlines()] == [
        ["network", "n,", "stage", "0"],
        ["name", "type", "shape", "address", "bytes"],
        ["conv", "inner", "f16", "2x16", "0x1000", "64"],
        ["x", "input", "f16", "8", "0x1000", "16"],
        ["y", "output", "f16", "4", "0x2000", "8"],
        ["total:", "coefficients", "4.0", "KiB,", "neurons", "8.0", "KiB,", "together", "12.0", "KiB"],
    ]


def test_memory_as_json(tmp_path: Path, capsys) -> None:
    assert main(["info", "--memory", "--json", str(two_kinds(tmp_path))]) == 0
    (stage,) = json.loads(capsys.readouterr().out)
    assert (stage["network"], stage["stage"], stage["coefficients"], stage["neurons"]) == ("n", 0, 4096, 8192)
    assert [(use["role"], use["tensor"]["name"]) for use in stage["tensors"]] == [
        ("inner", "conv"),
        ("input", "x"),
        ("output", "y"),
    ]


def test_damage(tmp_path: Path, capsys) -> None:
    path = tmp_path / "m.bmodel"
    path.write_bytes(TWICE.read_bytes()[:9000])
    assert main(["info", str(path)]) == 1
    captured = capsys.readouterr()
    assert captured.out == "" and captured.err.startswith(f"error: {path}: truncated: network 'twice', stage 0:")


def test_damaged_tensor_table(tmp_path: Path, capsys) -> None:
    table = b'{"format": "tpu_mlir.tensors", "version": 3}'
    stage = bmodel.Stage(
        inputs=[], outputs=[], ctx_address=0, ctx_size=0, coeff_address=0, coeff=b"", groups=[], tensor_locations=table
    )
    path = tmp_path / "m.bmodel"
    path.write_bytes(bmodel.write(bmodel.Model(chip="BM1684X", nets=[bmodel.Net(name="n", stages=[stage])])))
    assert main(["info", str(path)]) == 1
    expected = f"error: {path}: damaged tensor table: this release reads version 1 of its format\n"
    assert capsys.readouterr().err == expected
