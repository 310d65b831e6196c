"""Every op has an example in its documentation, and the example is valid."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from tpu_mlir._mlir import ir

ROOT = Path(__file__).parents[3]
COMPARISONS = {"equal", "greater", "greater_or_equal", "less", "less_or_equal"}
LOGIC = {"and", "or", "xor", "not"}
TENSOR = r"tensor<[^>]*>"


def tool(name: str) -> str:
    found = shutil.which(name, path="/usr/lib/llvm-19/bin") or shutil.which(name)  # on PATH it may be older
    assert found, f"{name} is not installed"
    return found


def documentation() -> dict[str, str]:
    """The generated page, by op."""
    include = Path(tool("mlir-tblgen")).resolve().parents[1] / "include"
    page = subprocess.run(
        [tool("mlir-tblgen"), "-gen-op-doc", "-I", ROOT, "-I", include, ROOT / "dialects/Top/TopOps.td"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    parts = re.split(r"^### `top\.(\w+)`.*$", page, flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


DOCUMENTATION = documentation()


def example_of(name: str) -> str:
    match = re.search(r"Example:\s*(?:```mlir\n(.*?)```|`(.*?)`)", DOCUMENTATION[name], re.DOTALL)
    assert match, f"top.{name} has no example"
    text = " ".join((match[1] or match[2]).split())
    element = "i1" if name in LOGIC else "f32"
    return text.replace("xT>", f"x{element}>").replace("xR>", "xi1>" if name in COMPARISONS else f"x{element}>")


@pytest.mark.parametrize("name", DOCUMENTATION)
def test_example_is_valid(name: str) -> None:
    example = example_of(name)
    body, _, types = example.rpartition(" : ")
    operands = re.findall(r"%\w+", body.partition("=")[2])
    inputs = re.findall(TENSOR, types.partition("->")[0])
    arguments = {} if name == "weight" else dict(zip(operands, inputs, strict=True))
    signature = ", ".join(f"{operand}: {kind}" for operand, kind in arguments.items())
    with ir.Context():
        module = ir.Module.parse(f"func.func @example({signature}) {{\n  {example}\n  return\n}}")
        [function] = module.body.operations
        assert function.regions[0].blocks[0].operations[0].name == f"top.{name}"
        assert module.operation.verify()


def test_every_family_is_documented() -> None:
    assert {"conv", "matmul", "softmax", "reduce", "resize", "gather", "weight"} <= set(DOCUMENTATION)
