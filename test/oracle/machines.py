"""The two machines that the differential tests compare: the vendor's chip model and our simulator."""

import pickle
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
from tpu_mlir.errors import CommandError
from tpu_mlir.simulator import Machine

Bytes = npt.NDArray[np.uint8]
Engine = Literal["tiu", "gdma"]
SpaceName = Literal["local", "banks", "static", "l2", "global"]

LANES = 64
LANE_BYTES = 262144
WINDOW = 16384  # bytes of each lane, and of each other memory, that commands of a test may touch
BANK_GROUP = 32768  # bytes: the functions that write four banks write copies this far apart
BANKS_AT = 24576  # bytes: where "banks" begins in local memory, behind the window of its first row
ROWS: dict[SpaceName, int] = {"local": LANES, "banks": 8 * LANES, "global": 16, "l2": 16, "static": 1}
ROW_BYTES: dict[SpaceName, int] = {
    "local": LANE_BYTES, "banks": BANK_GROUP, "global": WINDOW, "l2": WINDOW, "static": 16384
}  # fmt: skip


def window(space: SpaceName) -> int:
    """Watched bytes at the start of each row of a memory."""
    return 256 if space == "banks" else WINDOW


@dataclass(frozen=True)
class Block:
    """Bytes to place before a command runs: `rows` x columns, `stride` bytes from row to row of a memory."""

    space: SpaceName
    offset: int
    stride: int
    content: Bytes  # [rows, columns]


@dataclass(frozen=True)
class Change:
    """Every byte of one memory that a command changed: its offset and its new value, in rising order of offsets."""

    space: SpaceName
    offsets: npt.NDArray[np.int64]
    values: Bytes


Background = dict[SpaceName, Bytes]  # [rows, window]
Watch = dict[SpaceName, int]  # bytes of each row that are compared
Commands = tuple[tuple[Engine, bytes], ...]


@dataclass(frozen=True)
class Job:
    """Commands to run one after the other, what memory they need, and where they may write."""

    blocks: tuple[Block, ...]
    commands: Commands
    watch: Watch


EVERYTHING: Watch = {name: window(name) for name in ROWS}


def random_background(seed: int) -> Background:
    """Noise, so that a byte wrongly written or wrongly left is seen."""
    rng = np.random.default_rng(seed)
    return {name: rng.integers(0, 256, (rows, window(name)), np.uint8) for name, rows in ROWS.items()}


def zero_background() -> Background:
    return {name: np.zeros((rows, window(name)), np.uint8) for name, rows in ROWS.items()}


class ChipModelStopped(Exception):
    """The chip model aborted on a command; its last words."""


class ChipModel:
    """The vendor's model in a process of its own; started again after it aborts."""

    def __init__(self, oracle: Path, background: Background) -> None:
        self.oracle, self.background = oracle, background
        self.errors = Path(f"/tmp/chip-model-{id(self)}.log")
        self.start()

    def start(self) -> None:
        script = Path(__file__).parent / "chip_model.py"
        self.process = subprocess.Popen(
            [self.oracle / "bin/python", script],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self.errors.open("wb"),
        )
        for name, image in self.background.items():
            self.send(["image", name, ROWS[name], ROW_BYTES[name], window(name), image.tobytes()])

    def send(self, message: list[Any]) -> None:
        data = pickle.dumps(message, protocol=4)
        assert self.process.stdin is not None
        self.process.stdin.write(len(data).to_bytes(8, "little") + data)
        self.process.stdin.flush()

    def ask(self, message: list[Any]) -> Any:
        """Send a request and return the reply. Raises ChipModelStopped, with the model started again."""
        try:
            self.send(message)
        except BrokenPipeError:  # it had stopped after its last reply, as a fault of its own memory makes it
            self.process.wait()
            self.start()
            raise ChipModelStopped("no reason given") from None
        return self.receive()

    def receive(self) -> Any:
        assert self.process.stdout is not None
        header = self.process.stdout.read(8)
        if len(header) < 8:
            self.process.wait()
            words = [line for line in self.errors.read_text(errors="replace").splitlines() if "ASSERT" in line]
            self.start()
            raise ChipModelStopped(" ".join(words) or "no reason given")
        return pickle.loads(self.process.stdout.read(int.from_bytes(header, "little")))

    def run(self, blocks: tuple[Block, ...], commands: Commands, watch: Watch = EVERYTHING) -> list[Change]:
        """What one job changes. Raises ChipModelStopped."""
        found = self.run_all([Job(blocks, commands, watch)])[0]
        if isinstance(found, ChipModelStopped):
            raise found
        return found

    def run_all(self, jobs: list[Job]) -> list[list[Change] | ChipModelStopped]:
        """Run jobs in one request; if the model stops, again one by one."""
        try:
            return [self.reply(answer) for answer in self.ask(["run", [self.request(job) for job in jobs]])]
        except ChipModelStopped as stop:
            return [stop] if len(jobs) == 1 else [self.run_all([job])[0] for job in jobs]

    def request(self, job: Job) -> list[Any]:
        writes = [[b.space, b.offset, len(b.content), b.stride, b.content.tobytes()] for b in job.blocks]
        commands = [[0 if engine == "tiu" else 1, command] for engine, command in job.commands]
        return [writes, commands, [[name, width] for name, width in job.watch.items()]]

    def reply(self, answer: list[Any]) -> list[Change]:
        return [
            Change(space, np.frombuffer(offsets, np.int64), np.frombuffer(values, np.uint8))
            for space, offsets, values in answer
        ]

    def stray(self) -> list[str]:
        """Memories that commands changed where nobody looked."""
        try:
            return self.ask(["check"])
        except ChipModelStopped:
            return []

    def close(self) -> None:
        self.process.kill()
        self.process.wait()
        self.errors.unlink(missing_ok=True)


class Simulator:
    """Our simulator behind the same interface; a refused command raises CommandError."""

    def __init__(self, background: Background) -> None:
        self.background = background
        self.machine = Machine(ROWS["global"] * ROW_BYTES["global"])
        memories = {
            "local": self.machine.local.reshape(-1),
            "banks": self.machine.local.reshape(-1)[BANKS_AT:],
            "static": self.machine.static,
            "l2": self.machine.l2,
            "global": self.machine.global_memory,
        }
        self.memories: dict[SpaceName, Bytes] = {name: memories[name] for name in background}
        self.windows = {
            name: np.lib.stride_tricks.as_strided(memory, (ROWS[name], window(name)), (ROW_BYTES[name], 1))
            for name, memory in self.memories.items()
        }
        self.restore()

    def restore(self) -> None:
        for name, image in self.background.items():
            self.windows[name][...] = image

    def run(self, blocks: tuple[Block, ...], commands: Commands, watch: Watch = EVERYTHING) -> list[Change]:
        """What one job changes. Raises CommandError."""
        for block in blocks:
            self.place(block)[...] = block.content
        before = {name: self.windows[name][:, :width].copy() for name, width in watch.items()}
        try:
            for engine, command in commands:
                self.machine.execute(engine, command)
            return [changes(name, self.windows[name][:, : image.shape[1]], image) for name, image in before.items()]
        finally:
            for block in blocks:
                self.place(block)[...] = 0
            for name, width in watch.items():
                self.windows[name][:, :width] = self.background[name][:, :width]

    def stray(self) -> list[str]:
        """Memories whose windows changed where nobody looked; they are restored."""
        names = [name for name, image in self.background.items() if not np.array_equal(self.windows[name], image)]
        self.restore()
        return list(names)

    def place(self, block: Block) -> Bytes:
        """The bytes of the memory that a block covers."""
        target = self.memories[block.space][block.offset :]
        return np.lib.stride_tricks.as_strided(target, block.content.shape, (block.stride, 1))


def changes(space: SpaceName, after: Bytes, before: Bytes) -> Change:
    """Where two windows differ; most rows do not, so they are first compared eight bytes at a time."""
    offsets, values = [np.zeros(0, np.int64)], [np.zeros(0, np.uint8)]
    for row in np.flatnonzero((after.view(np.uint64) != before.view(np.uint64)).any(axis=1)):
        columns = np.flatnonzero(after[row] != before[row])
        offsets.append(columns + row * ROW_BYTES[space])
        values.append(after[row, columns])
    return Change(space, np.concatenate(offsets), np.concatenate(values))


__all__ = ["Block", "Change", "ChipModel", "ChipModelStopped", "CommandError", "Engine", "Simulator"]
