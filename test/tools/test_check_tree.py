"""tools/check_tree.py refuses questions about one chip outside of the rooms where chips differ."""

import importlib.util
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SPEC = importlib.util.spec_from_file_location("check_tree", ROOT / "tools" / "check_tree.py")
assert SPEC is not None and SPEC.loader is not None
check_tree = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(check_tree)

REFUSED = (
    "  isa::Conv conv;",
    "  emitter.append(isa::GdmaTensor());",
    "  i.setFunction(isa::ArithOp::Add);",
    "  int64_t lanes = bm1684x::chip.lanes;",
    '#include "lib/Target/BM1684X/Chip.h"',
    "  return bm1684xMap.lanes;",
)
ALLOWED = (
    "  isa::Engine engine = isa::engineOf(command.instruction);",
    "  std::vector<isa::Instruction> all;",
    "  // as isa::Conv does",
    "  if (isa<tpu::ConvOp>(op))",
    "  int64_t lanes = emitter.getChip().lanes;",
)


@pytest.mark.parametrize("line", (*REFUSED, *ALLOWED))
def test_questions_about_a_chip(line: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "dialects").symlink_to(ROOT / "dialects")
    files = [Path("lib/Kernels/Some.cpp"), Path("lib/Kernels/BM1684X/Some.cpp"), Path("lib/Target/BM1684X/Some.cpp")]
    for file in files:
        (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / file).write_text(f"namespace tpu_mlir {{\n{line}\n}}\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    found = check_tree.questions_about_a_chip(files)
    assert [text.split(" ")[0] for text in found] == (["lib/Kernels/Some.cpp:2:"] if line in REFUSED else [])
