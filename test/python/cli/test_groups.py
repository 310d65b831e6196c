"""The lines of `tpuc compile --verbose` about groups."""

from tpu_mlir import ir
from tpu_mlir.cli.compilation.groups import group_lines

T = "tensor<1x64x8x8xf16>"
TILING = "tiling = #tpu.tiling<n = 1, c = 1, h = 4, w = 2>"
ALONE = f"buffers = [#tpu.buffer<0>], loads = array<i64: 0>, holds = array<i64: -1>, {TILING}"
PAIR = "buffers = [#tpu.buffer<0>, #tpu.buffer<512>], tiling = #tpu.tiling<n = 1, c = 1, h = 1, w = 1>"


def lines(first: str, second: str) -> list[str]:
    """Return what is said of two groups with these attributes."""
    text = f"""
func.func @main(%x: {T}, %y: {T}) -> {T} {{
  %a = "tpu.group"(%x) ({{
    %0 = tpu.unary abs %x {{tpu.buffer = #tpu.buffer<128>}} : {T}
    %1 = tpu.unary abs %0 {{tpu.buffer = #tpu.buffer<256>}} : {T}
    %2 = tpu.binary_scalar max %1, 0.0 {{tpu.buffer = #tpu.buffer<0>}} : {T}
    tpu.yield %2 : {T}
  }}) {{{first}}} : ({T}) -> {T} loc("a")
  %b = "tpu.group"(%a, %y) ({{
    %3 = tpu.binary add %a, %y {{tpu.buffer = #tpu.buffer<384>}} : ({T}, {T}) -> {T}
    tpu.yield %3 : {T}
  }}) {{{second}}} : ({T}, {T}) -> {T} loc("b")
  %c = tpu.permute %b {{order = array<i64: 0, 1, 3, 2>}} : {T} -> {T} loc("c")
  return %c : {T}
}}"""
    with ir.Context():
        return list(group_lines(ir.Module.parse(text)))


def test_a_result_that_leaves_local_memory() -> None:
    assert lines(ALONE, PAIR + ", loads = array<i64: 0, 0>, holds = array<i64: -1, -1>") == [
        "group 1 'a': 2 unary, binary_scalar; 4 slices along h; 2 slices along w; result stored for 'b'; "
        "cut since a longer group takes more cycles or does not fit",
        "group 2 'b': binary; result stored for 'c' (permute between groups); "
        "cut before 'c', whose permute is no work in local memory",
        "between groups 'c': permute",
    ]


def test_a_result_that_stays() -> None:
    first, second, _ = lines(ALONE + ", keeps = 0", PAIR + ", loads = array<i64: 0, -2>, holds = array<i64: 0, -1>")
    assert first.endswith("2 slices along w; result stays in local memory")
    assert second.startswith("group 2 'b': binary; 1 of 2 inputs in local memory already; 1 of 2 inputs loaded before")
