"""The fuzzers' corpora: `seeds FOLDER` writes the first inputs, `pack KIND FOLDER` puts files into corpus/KIND.tar.xz.

PYTHONPATH=build/python_packages:test .venv/bin/python -m fuzz.corpus seeds build/fuzz/corpus
build/fuzz/bin/fuzz-bmodel -merge=1 build/fuzz/small build/fuzz/corpus/bmodel    # the fewest with equal coverage
PYTHONPATH=build/python_packages:test .venv/bin/python -m fuzz.corpus pack bmodel build/fuzz/small
"""

import io
import sys
import tarfile
from pathlib import Path

HERE = Path(__file__).parent
TWICE = HERE.parent / "BModel" / "Inputs" / "twice.bmodel"
FOLLOWED = 2  # in the byte before a command: its accesses are observed


def mode(engine: str, number: int) -> bytes:
    """Return the byte before a command; every other one is observed."""
    return bytes([int(engine == "gdma") | FOLLOWED * (number % 2)])


def write_commands(folder: Path) -> None:
    """Write one file for the commands of the timelines' sample, and one for each form of the golden vectors."""
    from oracle.golden import GOLDEN, read
    from timelines.encode import forms, to_bytes
    from timelines.sample import SAMPLE
    from timelines.text import read as read_lines

    sample = [(line.engine, to_bytes(line, is_short=short)) for line in read_lines(SAMPLE) for short in forms(line)]
    (folder / "timelines").write_bytes(b"".join(mode(each[0], i) + each[1] for i, each in enumerate(sample)))
    for path in sorted(GOLDEN.glob("*.npz")):
        for number, vector in enumerate(read(path)):
            data = b"".join(mode(engine, number) + command for engine, command in vector.commands)
            (folder / f"{path.stem}-{number}").write_bytes(data)


def write_bmodels(folder: Path) -> None:
    """Write the file of the container's tests and two compiled networks."""
    import tpu_mlir
    from tpu_mlir.testing import Fixed, case, uniform

    (folder / "twice").write_bytes(TWICE.read_bytes())
    conv = case("Conv", uniform(1, 3, 8, 8), Fixed(uniform(4, 3, 3, 3))).model()
    softmax = case("Softmax", uniform(1, 8)).model()
    for name, model in (("conv", conv), ("softmax", softmax)):
        tpu_mlir.compile(model, precision="f16").save(folder / name)


def pack(kind: str, folder: Path) -> None:
    """Write corpus/KIND.tar.xz; equal files give equal bytes."""
    with tarfile.open(HERE / "corpus" / f"{kind}.tar.xz", "w:xz", preset=9) as archive:
        for path in sorted(folder.iterdir()):
            entry = tarfile.TarInfo(path.name)
            entry.size = path.stat().st_size
            archive.addfile(entry, io.BytesIO(path.read_bytes()))


def main(words: list[str]) -> None:
    if words[0] == "pack":
        pack(words[1], Path(words[2]))
        return
    for kind, write in (("commands", write_commands), ("bmodel", write_bmodels)):
        folder = Path(words[1]) / kind
        folder.mkdir(parents=True, exist_ok=True)
        write(folder)


if __name__ == "__main__":
    main(sys.argv[1:])
