"""`tpuc debug`: a bmodel command by command."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from tpu_mlir.cli.console import errors
from tpu_mlir.cli.debug_shell import Shell, run_lines
from tpu_mlir.cli.options import CommandLimit, MemoryLimit, NetworkName, StageNumber, WorkLimit, make_limits
from tpu_mlir.cli.text import examples
from tpu_mlir.interrupts import handled_at_prompt
from tpu_mlir.runtime import BModel, Debugger, Session
from tpu_mlir.runtime.samples import random_feeds
from tpu_mlir.runtime.tensor_files import read_tensors

EPILOG = examples(
    "tpuc debug m.bmodel --input in.npz",
    'tpuc debug m.bmodel -c "break conv1" -c continue -c "print opd0" -c "step tiu" -c "print last.res0"',
    'tpuc debug m.bmodel --input in.npz -c "until conv1" -c "compare reference.npz conv1"',
    "tpuc debug m.bmodel --input in.npz < script.txt   (a word a line; 'help' lists them)",
)


def debug(
    bmodel: Annotated[Path, typer.Argument(help="Any static BM1684X bmodel.", show_default=False)],
    inputs: Annotated[
        Path | None,
        typer.Option("--input", "-i", help=".npz file with an array for each input.", show_default=False),
    ] = None,
    commands: Annotated[
        list[str] | None,
        typer.Option("--command", "-c", help="Run this and do not ask; may be repeated.", show_default=False),
    ] = None,
    network: NetworkName = None,
    stage: StageNumber = None,
    seed: Annotated[int, typer.Option(help="Of random inputs, without --input.", min=0)] = 0,
    memory_limit: MemoryLimit = None,
    command_limit: CommandLimit = None,
    work_limit: WorkLimit = None,
) -> None:
    """Run a bmodel command by command: stop at layers and commands, look at tensors, compare with a reference.

    Asks for words at a prompt; with --command, or if the standard input is no terminal, runs what it is given and ends
    with exit code 1 at the first error.
    """
    limits = make_limits(memory_limit, command_limit, work_limit)
    model = BModel.load(bmodel)
    if inputs is not None:
        feeds = read_tensors(inputs)
    else:
        session = Session(model, net=network, limits=limits)
        stage = stage or 0
        feeds = random_feeds(session.input_specs(stage), seed, index_limits=session.index_limits(stage))
        errors.print(f"inputs: random, seed {seed}")
    shell = Shell(Debugger(model, feeds, net=network, stage=stage, limits=limits))
    if commands or not sys.stdin.isatty():
        if not run_lines(shell, commands or sys.stdin):
            raise typer.Exit(1)
        return
    shell.do_where("")
    with handled_at_prompt():
        _ask(shell)


def _ask(shell: Shell) -> None:
    """Run what is typed at the prompt until the user leaves; an interrupt ends a command, not the session."""
    while True:
        try:
            shell.cmdloop("'help' lists the words")
            return
        except KeyboardInterrupt:
            errors.print("interrupted; 'quit' leaves")


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(epilog=EPILOG)(debug)
