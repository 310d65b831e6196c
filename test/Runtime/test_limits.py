"""What a file may ask for: global memory, commands, work. Each limit stops it with a message before anything runs."""

import numpy as np
import pytest
from streams import GLOBAL, Streams, X, Y, model, stage, tensor
from tpu_mlir._native import bmodel
from tpu_mlir._native.runtime import Feed, Limits, Program
from tpu_mlir.errors import BModelError, CommandError, RunError
from tpu_mlir.isa import encode
from tpu_mlir.simulator import Machine

DATA = np.zeros((1, 64, 1, 16), np.float32)


def run(stages: bmodel.Stage, **limits: int) -> None:
    Program(model(stages), Limits(**limits)).run("net", [Feed("x", "f32", DATA)])


def copy() -> Streams:
    streams = Streams()
    streams.store(0, Y, waits_for=streams.pool(0, 4096, waits_for=streams.load(X, 0)))
    return streams


def test_memory() -> None:
    end = Y - GLOBAL + DATA.nbytes  # the context ends behind it
    needed = 0x1000 + 0x8000
    assert end < needed
    run(stage([copy()]), memory=needed)
    message = f"needs {needed} bytes of global memory, more than the limit of {needed - 1} bytes; raise the memory"
    with pytest.raises(RunError, match=message):
        run(stage([copy()]), memory=needed - 1)


def test_memory_that_a_board_could_have() -> None:
    """12 GiB is no damage, but more than the default."""
    far = tensor("y", GLOBAL + (12 << 30))
    with pytest.raises(RunError, match=f"needs {(12 << 30) + 4096} bytes of global memory, more than the limit of"):
        run(stage([copy()], outputs=[far]))


def test_commands() -> None:
    """Two engines, their end commands included, in each of two groups: 1 + 1 and 2 + 1 commands, twice."""
    twice = stage([copy(), copy()])
    run(twice, commands=10)
    with pytest.raises(RunError, match="group 1: GDMA command 3 is one more than the limit of commands allows"):
        run(twice, commands=9)


def test_work() -> None:
    """Both operands of both transfers and of the pool have 1,024 elements; the window has one."""
    run(stage([copy()]), work=7 * 1024)
    message = (
        "needs 7168 steps, more than the limit of 7167; TIU command 1 .pord.maxpooling. takes 3072 of them; "
        "raise the work limit"
    )
    with pytest.raises(RunError, match=message):
        run(stage([copy()]), work=7 * 1024 - 1)


def test_work_of_endless_loops() -> None:
    """Four sizes of 65535 whose strides of 0 stay within one element: legal, but nobody can wait for it."""
    streams = Streams()
    sizes = {f"res0_{axis}": 65535 for axis in "nchw"}
    fields = {"tsk_eu_typ": 2, "tsk_opd_num": 2, "opd0_str": 3, "opd1_str": 3, "res0_str": 3, "cmd_id": 1}
    streams.tiu.append(encode("Arith", fields | sizes, is_short=True))
    with pytest.raises(RunError, match=r"needs 18446744073709551615 steps, .* TIU command 1 \(arith.add\) takes"):
        run(stage([streams]))


def test_products_are_work() -> None:
    streams = Streams()
    fields = {"tsk_eu_typ": 4, "opd0_prec": 1, "res0_prec": 1, "opd2_const": 1, "cmd_id": 1}
    sizes = {"res0_c": 64, "res0_w": 64, "opd1_c": 64, "opd1_w": 64}
    streams.tiu.append(encode("MatMul2", fields | sizes, is_short=True))
    matrix = 64 * 64
    with pytest.raises(RunError, match=f"needs {3 * matrix + matrix * 64 // 16} steps"):
        run(stage([streams]), work=1)


def test_a_machine_that_no_computer_can_hold() -> None:
    with pytest.raises(CommandError, match="this computer has no 4611686018427387904 bytes for the chip's global"):
        Machine(1 << 62)


def test_transfers_of_more_than_the_memory() -> None:
    """A source of one element repeated 65535^3 times; a constant for 2^32 elements."""
    streams = Streams()
    sizes = {f"{side}_{axis}size": 65535 for side in ("src", "dst") for axis in "nch"}
    strides = {f"{side}_{axis}stride": 0 for side in ("src", "dst") for axis in "nch"}
    streams.copy(GLOBAL, X, **sizes, **strides)
    with pytest.raises(CommandError, match="target: more elements than any memory has"):
        Machine(1 << 20).execute("gdma", streams.gdma[0])
    fill = encode("GdmaGeneral", {"fill_constant_en": 1, "dst_start_addr_h8": 1, "src_cstride": (1 << 32) - 1})
    with pytest.raises(CommandError, match="target: passes the end of the global memory"):
        Machine(1 << 20).execute("gdma", fill)


def test_groups_that_share_their_commands_too_often() -> None:
    """A file of 70 KB whose 400 groups name one stream of 1,000 commands."""
    streams = Streams()
    for _ in range(600):
        streams.load(X, 0)
    file = bmodel.write(model(stage([streams] * 3)))
    assert len(bmodel.read(file).nets[0].stages[0].groups) == 3
    with pytest.raises(BModelError, match="network 'net', stage 0: too many stages and groups share the GDMA commands"):
        bmodel.read(bmodel.write(model(stage([streams] * 400))))
