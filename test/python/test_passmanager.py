"""Passes and pipelines driven from Python."""

import os
import signal
import threading

import pytest
from tpu_mlir import ir
from tpu_mlir.compiler import run_passes
from tpu_mlir.dialects import func, top, tpu
from tpu_mlir.errors import CompileError
from tpu_mlir.passmanager import PassManager, add_python_pass, run_pass_manager

MODULE = """
func.func @main(%x: tensor<1x8x4x4xf32>) -> tensor<1x8x4x4xf32> {
  %0 = top.relu %x : tensor<1x8x4x4xf32>
  %1 = top.relu %0 : tensor<1x8x4x4xf32>
  return %1 : tensor<1x8x4x4xf32>
}
"""


def names(module: ir.Module) -> list[str]:
    function = module.body.operations[0]
    return [operation.name for operation in function.regions[0].blocks[0].operations]


def test_registered_passes_run() -> None:
    with ir.Context():
        module = ir.Module.parse(MODULE)
        PassManager.parse("builtin.module(tpu-clean,lower-top-to-tpu)").run(module.operation)
        assert names(module) == ["tpu.binary_scalar", "func.return"]


def test_python_pass_sees_the_module() -> None:
    seen: list[str] = []
    with ir.Context():
        module = ir.Module.parse(MODULE)
        manager = PassManager("builtin.module")
        add_python_pass(manager, lambda operation: seen.append(operation.name))
        manager.run(module.operation)
    assert seen == ["builtin.module"]


def test_failing_python_pass_fails_the_pipeline() -> None:
    with ir.Context():
        module = ir.Module.parse(MODULE)
        manager = PassManager("builtin.module")
        add_python_pass(manager, lambda _: False, "refuse")
        with pytest.raises(ir.MLIRError):
            manager.run(module.operation)


def test_errors_name_the_node() -> None:
    text = """
    func.func @main(%x: tensor<1x1x1x200000xf32>) -> tensor<1x1x1x200000xf32> {
      %0 = tpu.softmax %x : tensor<1x1x1x200000xf32> loc("attention")
      return %0 : tensor<1x1x1x200000xf32>
    }"""
    with ir.Context():
        module = ir.Module.parse(text)
        with pytest.raises(CompileError, match="^'attention': does not fit into local memory"):
            run_passes(module, "builtin.module(tpu-schedule)")


def test_dialects_have_builders() -> None:
    assert {top.ReluOp.OPERATION_NAME, tpu.ConvOp.OPERATION_NAME, func.FuncOp.OPERATION_NAME} == {
        "top.relu",
        "tpu.conv",
        "func.func",
    }


def test_a_signal_stops_passes() -> None:
    """The pass runs in another thread; what the handler raises here skips those after it."""
    seen: list[str] = []
    handled = threading.Event()

    def handler(number: int, frame: object) -> None:
        handled.set()
        raise KeyboardInterrupt

    def first(operation: ir.Operation) -> None:
        seen.append("first")
        os.kill(os.getpid(), signal.SIGINT)
        assert handled.wait(60)

    previous = signal.signal(signal.SIGINT, handler)
    try:
        with ir.Context():
            module = ir.Module.parse(MODULE)
            manager = PassManager("builtin.module")
            add_python_pass(manager, first, "first")
            add_python_pass(manager, lambda _: seen.append("second"), "second")
            with pytest.raises(KeyboardInterrupt):
                run_pass_manager(manager, module.operation)
            assert seen == ["first"]
            run_passes(module, "builtin.module(tpu-clean)")  # the context works as before
            assert names(module) == ["top.relu", "func.return"]
    finally:
        signal.signal(signal.SIGINT, previous)


def test_warnings_and_errors_are_told() -> None:
    with ir.Context():
        module = ir.Module.parse(MODULE)
        manager = PassManager("builtin.module")

        def speak(operation: ir.Operation) -> bool:
            raise ValueError("\xff no")

        add_python_pass(manager, speak)
        succeeded, (found,) = run_pass_manager(manager, module.operation)
    assert not succeeded and found.severity == ir.DiagnosticSeverity.ERROR and "ValueError: \xff no" in found.message
