"""One bmodel on both machines: our simulator and, in a process of its own, the vendor's runtime and chip model."""

import subprocess
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from tpu_mlir.runtime import BModel, Session

RUNNER = Path(__file__).parents[2] / "tools/oracle/run_bmodel.py"
Array = npt.NDArray[np.generic]


@dataclass(frozen=True)
class Difference:
    """One output: how many of its elements differ in their bits, and the first, as (index, chip model, simulator)."""

    output: str
    elements: int
    differing: int
    first: tuple[int, object, object]

    def __str__(self) -> str:
        index, chip, ours = self.first
        return (
            f"'{self.output}': {self.differing} of {self.elements} elements differ, "
            f"first [{index}]: chip model {chip}, simulator {ours}"
        )


@dataclass(frozen=True)
class Comparison:
    """What two runs of a bmodel gave, and the seconds they took."""

    differences: tuple[Difference, ...]
    chip_seconds: float
    our_seconds: float


def run_on_chip_model(
    oracle: Path, model: BModel, feeds: Mapping[str, Array], timeout: float
) -> tuple[list[bytes], float]:
    """Return the outputs' bytes and the seconds of the run. Raises CalledProcessError and TimeoutExpired."""
    names = [argument.name for argument in Session(model).get_inputs()]
    with tempfile.TemporaryDirectory(prefix="chip-model-") as name:
        folder = Path(name)
        model.save(folder / "model.bmodel")
        inputs = {str(index): raw(feeds[name]) for index, name in enumerate(names)}
        np.savez(folder / "in.npz", **inputs)
        files = [str(folder / file) for file in ("model.bmodel", "in.npz", "out.npz")]
        subprocess.run(
            [oracle / "bin/python", RUNNER, *files],
            cwd=folder,
            check=True,
            timeout=timeout,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
        )
        with np.load(folder / "out.npz") as results:
            return [results[str(index)].tobytes() for index in range(len(results) - 1)], float(results["seconds"])


def raw(array: Array) -> Array:
    """Return the array as bytes, whatever its element type."""
    return np.ascontiguousarray(array).reshape(-1).view(np.uint8)


def compare(oracle: Path, model: BModel, feeds: Mapping[str, Array], timeout: float = 600) -> Comparison:
    """Run a bmodel on both machines."""
    start = time.monotonic()
    ours = Session(model).run(feeds)
    our_seconds = time.monotonic() - start
    outputs, chip_seconds = run_on_chip_model(oracle, model, feeds, timeout)
    differences: list[Difference] = []
    for (name, found), expected_bytes in zip(ours.items(), outputs, strict=True):
        assert found.nbytes == len(expected_bytes), f"'{name}' has {found.nbytes} bytes, not {len(expected_bytes)}"
        expected = np.frombuffer(expected_bytes, found.dtype)
        bits = np.dtype(f"u{found.itemsize}")
        differing = np.flatnonzero(found.reshape(-1).view(bits) != expected.view(bits))
        if differing.size:
            index = int(differing[0])
            first = (index, expected[index], found.reshape(-1)[index])
            differences.append(Difference(name, found.size, int(differing.size), first))
    return Comparison(tuple(differences), chip_seconds, our_seconds)
