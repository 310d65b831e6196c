"""Record what the vendor's compiler makes of the networks of `bench.cycles`, with `tools/oracle/compile.sh`."""

import re
import subprocess
import sys
from pathlib import Path

from tpu_mlir.runtime import BModel

from bench.cycles import NETWORKS, find
from bench.figures import VENDOR, Cycles, cycles_of, write
from bench.report import arguments
from bench.zoo import ROOT

SOURCE = (
    "python -m bench.vendor: tools/oracle/compile.sh with tpu_mlir 1.30.2, the better of --opt 2 and 3; static is the "
    "vendor's own cycle model, silicon our preset of that name on the vendor's commands"
)


def compile_by_vendor(oracle: Path, model: Path, precision: str, folder: Path) -> Cycles | None:
    """Return the cycles of the better level of optimisation, None if the vendor's compiler fails."""
    command = ["nice", ROOT / "tools/oracle/compile.sh", oracle, model, precision.upper(), folder]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
    levels = [(int(cycles), level) for level, cycles in re.findall(r"^opt (\d): (\d+)$", done.stdout, re.MULTILINE)]
    if not levels:
        return None
    static, level = min(levels)
    name = model.stem if level == "2" else f"{model.stem}.opt{level}"
    bmodel = BModel.load(folder / f"{model.stem}.{precision.upper()}" / f"{name}.bmodel")
    return Cycles(static, cycles_of(bmodel).silicon)


def main(words: list[str] | None = None) -> int:
    """Compile one network after the other, each recorded at once."""
    parser = arguments(__doc__)
    parser.add_argument("networks", nargs="*", metavar="NETWORK", default=list(NETWORKS), help="default: those found")
    parser.add_argument("--oracle", type=Path, required=True, help="where tools/oracle/setup.sh installed the package")
    options = parser.parse_args(words)
    folder = options.output / "vendor"
    folder.mkdir(parents=True, exist_ok=True)
    for name in options.networks:
        path = find(name, options)
        for precision in NETWORKS[name]:
            found = compile_by_vendor(options.oracle, path, precision, folder) if path else None
            if path:
                write(VENDOR, SOURCE, {f"{name} {precision}": found})
            print(f"{name} {precision}: {found.static if found else 'failed' if path else 'no file'}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
