"""Bmodels of other compilers with what the chip model makes of them, kept so that the default tests hold without it.

    PYTHONPATH=build/python_packages:test python -m oracle.foreign --oracle DIR M.bmodel ...

writes test/Runtime/Inputs/<name>.npz for each: the bmodel without its firmware, seeded inputs, a digest of each output.
"""

import argparse
import hashlib
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from tpu_mlir._native import bmodel as native
from tpu_mlir.runtime import BModel, Session
from tpu_mlir.runtime.samples import random_feeds

from oracle.bmodels import Array, run_on_chip_model

FOLDER = Path(__file__).parents[1] / "Runtime" / "Inputs"
SECONDS = 600  # the longest that the chip model may take
SEED = 3


@dataclass(frozen=True)
class Recorded:
    """A bmodel, its inputs, and the SHA-256 of the bytes of each output on the chip model."""

    model: BModel
    feeds: dict[str, Array]
    digests: dict[str, str]


def without_firmware(model: BModel) -> BModel:
    """Return the bmodel in a file of our writer, which stores neither firmware nor debug information."""
    nets = [native.Net(name=net.name, stages=list(map(_copy, net.stages))) for net in model.contents.nets]
    return BModel(native.write(native.Model(chip=model.contents.chip, nets=nets)), model.name)


def _copy(stage: native.Stage) -> native.Stage:
    groups = [
        native.CommandGroup(tiu_count=g.tiu_count, gdma_count=g.gdma_count, tiu=bytes(g.tiu), gdma=bytes(g.gdma))
        for g in stage.groups
    ]
    return native.Stage(
        inputs=stage.inputs,
        outputs=stage.outputs,
        ctx_address=stage.ctx_address,
        ctx_size=stage.ctx_size,
        coeff_address=stage.coeff_address,
        coeff=bytes(stage.coeff),
        groups=groups,
    )


def read(path: Path) -> Recorded:
    """Return a recorded bmodel."""
    with np.load(path) as archive:
        feeds = {name[3:]: archive[name] for name in archive.files if name.startswith("in ")}
        digests = {name[4:]: str(archive[name]) for name in archive.files if name.startswith("out ")}
        return Recorded(BModel(archive["bmodel"].tobytes(), path.stem), feeds, digests)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--oracle", type=Path, default=Path("build/oracle"), help="where the chip model is installed")
    parser.add_argument("bmodels", nargs="+", type=Path, metavar="M.bmodel")
    options = parser.parse_args()
    FOLDER.mkdir(exist_ok=True)
    for path in options.bmodels:
        model = BModel.load(path)
        session = Session(model)
        feeds = dict(random_feeds(session.input_specs(), SEED))
        outputs, _ = run_on_chip_model(options.oracle, model, feeds, SECONDS)
        names = [each.name for each in session.get_outputs()]
        arrays: dict[str, Array] = {f"in {name}": array for name, array in feeds.items()}
        for name, content in zip(names, outputs, strict=True):
            arrays[f"out {name}"] = np.array(hashlib.sha256(content).hexdigest())
        arrays["bmodel"] = np.frombuffer(without_firmware(model).data, np.uint8)
        target = FOLDER / f"{path.stem}.npz"
        np.savez_compressed(target, **arrays)
        print(f"{target.name}: {target.stat().st_size} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
