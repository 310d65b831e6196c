"""`tpuc disasm` on commands that other code encoded (test/BModel/Inputs/README.md)."""

import json
from pathlib import Path

import pytest
from tpu_mlir._native import bmodel
from tpu_mlir.cli import main

TWICE = Path(__file__).parents[2] / "BModel" / "Inputs" / "twice.bmodel"


def lines_of(capsys, *words: str) -> list[str]:
    assert main(["disasm", *words]) == 0
    return capsys.readouterr().out.splitlines()


def rewritten(path: Path, **changes: object) -> Path:
    """Write the golden model to `path` with another command group, tensor table or chip."""
    (net,) = bmodel.read(TWICE.read_bytes()).nets
    (stage,) = net.stages
    (group,) = stage.groups
    counts = {"tiu_count": group.tiu_count, "gdma_count": group.gdma_count}
    commands = {"tiu": bytes(group.tiu), "gdma": bytes(group.gdma)} | counts
    changed = bmodel.CommandGroup(**(commands | {k: v for k, v in changes.items() if k in commands}))
    copy = bmodel.Stage(
        inputs=stage.inputs,
        outputs=stage.outputs,
        ctx_address=stage.ctx_address,
        ctx_size=stage.ctx_size,
        coeff_address=stage.coeff_address,
        coeff=bytes(stage.coeff),
        groups=[changed],
        tensor_locations=changes.get("tensor_locations", b""),
    )
    nets = [bmodel.Net(name=net.name, stages=[copy])]
    path.write_bytes(bmodel.write(bmodel.Model(chip=changes.get("chip", "BM1684X"), nets=nets)))
    return path


def test_text_follows_the_dependencies(capsys) -> None:
    first, *rest = lines_of(capsys, str(TWICE))
    assert first == 'network "twice", stage 0, group 0:'
    load, add, end, store, stop = rest
    assert load.startswith(
        "gdma 1: dma.tensor src = f32[1, 70, 5, 9] strided[3150, 45, 9, 1] at global + 0x1000 -> dst"
    )
    assert "strided[96, 48, 9, 1] at lane 0 + 0x0" in load
    assert add.startswith("tiu 1 after gdma 1: arith.add opd0 = f32[1, 70, 5, 9] aligned at lane 0 + 0x0, opd1 = f32")
    assert "res0 = f32[1, 70, 5, 9] aligned at lane 0 + 0x4000" in add
    assert end.startswith("tiu 2: sys.end")
    assert store.startswith("gdma 2 after tiu 1: dma.tensor src = f32[1, 70, 5, 9]") and "global + 0x5000" in store
    assert stop.startswith("gdma 3: dma.sys")


@pytest.mark.parametrize(("engine", "count"), [("tiu", 2), ("gdma", 3), ("both", 5)])
def test_one_engine(engine: str, count: int, capsys) -> None:
    _, *rest = lines_of(capsys, "--engine", engine, str(TWICE))
    assert len(rest) == count
    assert engine == "both" or all(line.startswith(engine) for line in rest)


def test_json(capsys) -> None:
    load, add, end, store, stop = map(json.loads, lines_of(capsys, "--json", str(TWICE)))
    assert (load["network"], load["stage"], load["group"], load["engine"], load["id"]) == ("twice", 0, 0, "gdma", 1)
    assert (load["offset"], load["size"], store["offset"], stop["offset"], stop["size"]) == (0, 96, 96, 192, 16)
    assert (add["form"], add["size"], end["offset"], add["after"], add["instruction"]) == (
        "short",
        64,
        64,
        1,
        "Arith",
    )
    assert (add["fields"]["res0_n"], add["fields"]["res0_h"], add["name"]) == (1, 5, "arith.add")


def test_tensors_that_are_complete(tmp_path: Path, capsys) -> None:
    tensor = bmodel.Tensor(name="sum", data_type="f32", shape=[1], address=2**32, size=4)
    table = bmodel.write_tensor_table([bmodel.TensorRecord(tensor=tensor, complete=2)])
    path = rewritten(tmp_path / "m.bmodel", tensor_locations=table)
    lines = lines_of(capsys, str(path))
    assert [line.split(":")[0] for line in lines if line.endswith("  # sum is complete")] == ["gdma 2 after tiu 1"]
    records = map(json.loads, lines_of(capsys, "--json", str(path)))
    assert [(r["engine"], r["id"]) for r in records if r["completes"] == ["sum"]] == [("gdma", 2)]


def test_layers(tmp_path: Path, capsys) -> None:
    layers = [(0, "tiu", 1, "sum\x1b[31m\n"), (0, "gdma", 2, "stores")]
    path = rewritten(tmp_path / "m.bmodel", tensor_locations=bmodel.write_tensor_table([], layers))
    lines = lines_of(capsys, str(path))
    assert [line.split("  # ")[1:] for line in lines[1:]] == [[], ["sum\\x1b[31m\\n"], [], ["stores"], []]
    records = [json.loads(line) for line in lines_of(capsys, "--json", str(path))]
    assert [record["layer"] for record in records] == ["", "sum\x1b[31m\n", "", "stores", ""]


def test_contradicting_dependencies_end(tmp_path: Path, capsys) -> None:
    """Both engines wait for each other: the listing still shows every command."""
    (group,) = bmodel.read(TWICE.read_bytes()).nets[0].stages[0].groups
    gdma = bytearray(group.gdma)
    gdma[8:12] = (9).to_bytes(4, "little")  # cmd_id_dep of a GDMA command is bits 64 to 83
    lines = lines_of(capsys, str(rewritten(tmp_path / "m.bmodel", gdma=bytes(gdma))))
    assert lines[1].startswith("tiu 1 after gdma 1: ") and len(lines) == 6


def test_command_that_does_not_exist(tmp_path: Path, capsys) -> None:
    (group,) = bmodel.read(TWICE.read_bytes()).nets[0].stages[0].groups
    path = rewritten(tmp_path / "m.bmodel", tiu=bytes(group.tiu[:64]) + bytes(64))  # a convolution has 128
    assert main(["disasm", str(path)]) == 1
    captured = capsys.readouterr()
    assert captured.err.startswith(f"error: {path}: network 'twice', stage 0, group 0: tiu command at byte 64: ")
    assert "Traceback" not in captured.err and captured.err.count("\n") == 1
    assert [line.split()[0] for line in captured.out.splitlines()[1:]] == ["gdma", "tiu"]


def test_other_chip(tmp_path: Path, capsys) -> None:
    path = rewritten(tmp_path / "m.bmodel", chip="BM1688")
    assert main(["disasm", str(path)]) == 1
    expected = f"error: {path}: holds commands for BM1688, only those of BM1684X can be listed\n"
    assert capsys.readouterr().err == expected
