"""The words that `tpuc debug` understands."""

import cmd
import re
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from tpu_mlir.cli.console import errors, output, print_error, working
from tpu_mlir.cli.text import shape_text
from tpu_mlir.errors import RunError, TpuMlirError
from tpu_mlir.runtime.debugger import Breakpoint, Debugger
from tpu_mlir.runtime.memory import MemoryTensor, Place
from tpu_mlir.runtime.tensor_files import read_tensors, write_tensors
from tpu_mlir.runtime.types import Array


class Shell(cmd.Cmd):
    """Runs words on a Debugger; `failed` tells whether the last line was an error."""

    prompt = "(tpuc) "
    doc_header = "Words (help WORD explains one; their first letters suffice where no other begins so):"
    undoc_header = ""

    def __init__(self, debugger: Debugger) -> None:
        super().__init__()
        self.debugger = debugger
        self.failed = False

    # The loop.

    def onecmd(self, line: str) -> bool:
        """Run one line; True ends the session."""
        self.failed = False
        try:
            return bool(super().onecmd(line))
        except TpuMlirError as error:
            self.failed = True
            print_error(str(error))
            return False

    def precmd(self, line: str) -> str:
        """Complete a word from its first letters; # begins a comment."""
        text = line.strip()
        if text.startswith("#"):
            return ""
        word, blank, rest = text.partition(" ")
        full = [name[3:] for name in self.get_names() if name.startswith(f"do_{word}")]
        preferred = {"c": "continue", "s": "step", "b": "break", "p": "print", "w": "where", "l": "list"}.get(word)
        if word and word not in full and (preferred or len(full) == 1):
            word = preferred or full[0]
        return word + blank + rest

    def emptyline(self) -> bool:
        """Do nothing, instead of cmd's repetition."""
        return False

    def do_EOF(self, argument: str) -> bool:
        """Leave at the end of the input."""
        output.print()
        return True

    def get_names(self) -> list[str]:
        """Hide the end of the input from help."""
        return [name for name in super().get_names() if name != "do_EOF"]

    def default(self, line: str) -> None:
        """Refuse other words."""
        raise RunError(f"there is no word '{line.split()[0]}'; 'help' lists them")

    # Where the run is.

    def do_where(self, argument: str) -> None:
        """where: show the command that ran last and the one that runs next."""
        if self.debugger.last is not None:
            output.print(f"last  {self.debugger.last}")
        following = self.debugger.next
        output.print(f"next  {following}" if following else "the run has ended")

    def do_list(self, argument: str) -> None:
        """list [COUNT]: show the commands that run next, 10 unless told otherwise."""
        for step in self.debugger.upcoming(_count(argument, 10)):
            output.print(str(step))

    def do_layers(self, argument: str) -> None:
        """layers: name the layers: those that compute in their order, then the others."""
        for name in self.debugger.layers:
            output.print(name)
        if not self.debugger.layers:
            output.print("the file names no layers")

    def do_tensors(self, argument: str) -> None:
        """tensors: list the tensors in global memory and whether they are complete now."""
        for name, tensor in self.debugger.tensors().items():
            place, state = Place.of_address(tensor.address), self.debugger.state_of(name)
            output.print(f"{name}: {tensor.data_type} {shape_text(tensor.shape)} at {place}, {state}")

    # Running.

    def do_step(self, argument: str) -> None:
        """step [tiu|gdma] [COUNT]: run a command, or COUNT of them; of one engine if named, and what they wait for."""
        words = argument.split()
        engine = words.pop(0) if words and words[0] in ("tiu", "gdma") else None
        self.debugger.step(_count(" ".join(words), 1), engine)
        self.do_where("")

    def do_continue(self, argument: str) -> None:
        """continue: run to the next breakpoint or to the end."""
        with working("running"):
            stopped = self.debugger.resume()
        if stopped is not None:
            output.print(f"breakpoint {stopped.number}: {stopped.text}")
        self.do_where("")

    def do_until(self, argument: str) -> None:
        """until NAME: run until a tensor is complete, or all commands of a layer have run."""
        with working("running"):
            moved = self.debugger.run_until(_name(argument, "a tensor or a layer"))
        if not moved:
            output.print("that has happened already")
        self.do_where("")

    def do_restart(self, argument: str) -> None:
        """restart: go back to the start of the run; breakpoints stay."""
        self.debugger.restart()
        self.do_where("")

    # Breakpoints.

    def do_break(self, argument: str) -> None:
        """break LAYER | tiu NUMBER [GROUP] | gdma NUMBER [GROUP] | OPERATION: stop before a layer's first command,
        before a command, or before each command of an operation (conv.normal, dma.*). Without anything: list them."""
        words = argument.split()
        if not words:
            self._list_breakpoints()
        elif words[0] in ("tiu", "gdma") and len(words) in (2, 3) and all(word.isdecimal() for word in words[1:]):
            self._say(self.debugger.break_at_command(words[0], *map(int, words[1:])))
        elif re.fullmatch(r"\w+\.[\w.*]+", argument.strip()) and argument.strip() not in self.debugger.layers:
            self._say(self.debugger.break_at_operation(argument.strip()))
        else:
            self._say(self.debugger.break_at_layer(_name(argument, "a layer")))

    def do_watch(self, argument: str) -> None:
        """watch TENSOR | PLACE SIZE: stop before each command that writes a tensor of global memory, or SIZE bytes from
        PLACE on (global + 0x1000, lane 3 + 0x40)."""
        name = _name(argument, "a tensor, or a place and a size")
        tensor = self.debugger.tensors().get(name)
        if tensor is not None:
            place, size = Place.of_address(tensor.address), tensor.size
            self._say(self.debugger.break_at_write(place, size, f"'{name}'"))
            return
        place_text, _, size_text = name.rpartition(" ")
        if not size_text.isdecimal() or not place_text:
            raise RunError(f"no tensor '{name}' lies in global memory; for a place also give the number of bytes")
        self._say(self.debugger.break_at_write(Place.parse(place_text), int(size_text)))

    def do_delete(self, argument: str) -> None:
        """delete [NUMBER]: remove a breakpoint, or all."""
        numbers = [_count(argument, 0)] if argument.strip() else [each.number for each in self.debugger.breakpoints]
        for number in numbers:
            self.debugger.delete(number)

    # Looking.

    def do_print(self, argument: str) -> None:
        """print TENSOR | OPERAND | last.OPERAND | f16[1, 64, 28, 28] aligned at lane 0 + 0x4000: show a tensor of
        global memory, an operand (opd0, res0, src ...) of the next command or of the last one, or any memory, as
        listings write it."""
        name = _name(argument, "a tensor, an operand, or a place with type and shape")
        value, note = self._value(name)
        output.print(f"{name}: {value.dtype} {shape_text(value.shape)}{note}")
        output.print(_statistics(value))
        output.print(np.array2string(value, threshold=100, edgeitems=2, max_line_width=118))

    def do_operands(self, argument: str) -> None:
        """operands [last]: show what the operands of the next command, or of the last one, hold."""
        step = self.debugger.last if argument.strip() == "last" else self.debugger.next
        if step is None:
            raise RunError("there is no such command: none has run yet" if argument else "the run has ended")
        output.print(str(step))
        for name, description in self.debugger.operands_of(step):
            output.print(f"  {name} = {description}: {_statistics(self.debugger.operand(name, step))}")

    def do_compare(self, argument: str) -> None:
        """compare FILE.npz [NAME]: compare the tensors that are complete now with those of the same name in a file,
        worst first; with a name, that one only."""
        path, _, name = argument.strip().partition(" ")
        if not path:
            raise RunError("expected the name of an .npz file")
        found = self.debugger.compare(read_tensors(path), [_name(name, "")] if name.strip() else None)
        for each in found:
            output.print(
                f"{each.name}: relative {each.relative:.3g}, largest {each.largest:.3g}, cosine {each.cosine:.6f}"
            )
        if not found:
            output.print("no tensor that is complete now has a reference")

    def do_save(self, argument: str) -> None:
        """save FILE.npz [NAME]: write the tensors of global memory that are complete now, or one, to a file."""
        path, _, name = argument.strip().partition(" ")
        if not path:
            raise RunError("expected the name of an .npz file")
        complete = (each for each in self.debugger.tensors() if self.debugger.state_of(each) == "complete")
        names = [_name(name, "")] if name.strip() else complete
        write_tensors(Path(path), {each: self.debugger.tensor(each) for each in names})

    def do_quit(self, argument: str) -> bool:
        """quit: leave."""
        return True

    # Inside.

    def _value(self, name: str) -> tuple[Array, str]:
        if name in self.debugger.tensors():
            return self.debugger.tensor(name), f", {self.debugger.state_of(name)}"
        if name.startswith("last."):
            if self.debugger.last is None:
                raise RunError("no command has run yet")
            return self.debugger.operand(name.removeprefix("last."), self.debugger.last), ""
        if re.fullmatch(r"opd\d|res\d|src|dst|index|mask", name):
            return self.debugger.operand(name), ""
        if " at " in name:
            return self.debugger.read(MemoryTensor.parse(name)), ""
        return self.debugger.tensor(name), ""

    def _say(self, added: Breakpoint) -> None:
        output.print(f"breakpoint {added.number}: {added.text}")

    def _list_breakpoints(self) -> None:
        for each in self.debugger.breakpoints:
            self._say(each)
        if not self.debugger.breakpoints:
            output.print("there are no breakpoints")


def run_lines(shell: Shell, lines: Iterable[str]) -> bool:
    """Run lines until one fails or ends the session; return whether all went well."""
    for line in lines:
        if shell.onecmd(shell.precmd(line.rstrip("\n"))):
            return True
        if shell.failed:
            errors.print(f"in the line '{line.strip()}'")
            return False
    return True


def _count(text: str, missing: int) -> int:
    if not text.strip():
        return missing
    if not text.strip().isdecimal():
        raise RunError(f"expected a number, found '{text.strip()}'")
    return int(text)


def _name(text: str, what: str) -> str:
    """Return a name; quotes around it may be left out, even with blanks in it."""
    name = text.strip()
    if len(name) > 1 and name[0] == name[-1] and name[0] in "'\"":
        name = name[1:-1]
    if not name:
        raise RunError(f"expected {what}")
    return name


def _statistics(value: Array) -> str:
    """Return smallest, largest and mean value, and how many are not finite."""
    numbers = value.astype(np.float64)
    finite = numbers[np.isfinite(numbers)]
    if not finite.size:
        return "no finite value"
    odd = numbers.size - finite.size
    text = f"min {finite.min():.6g}, max {finite.max():.6g}, mean {finite.mean():.6g}"
    return text + (f", {odd} not finite" if odd else "")
