"""Run one bmodel on the vendor's runtime and chip model.

    DIR/bin/python run_bmodel.py MODEL.bmodel IN.npz OUT.npz      (DIR: see setup.sh; Python 3.10)

IN holds the inputs as arrays "0", "1" .. in the order of the bmodel, OUT gets the outputs likewise, as raw bytes, and
"seconds", what the chip model took. Inputs are copied as bytes, so bf16 can come as uint16. One process runs one
model: the chip model keeps state, and a second model in the same process computes wrongly. Exit code 2 means that an
input does not fit.
"""

import os
import sys
import time
from pathlib import Path

import numpy as np

PACKAGE = Path(sys.prefix) / "lib/python3.10/site-packages/tpu_mlir"


def run(model_path, inputs_path, outputs_path):
    """Load, copy in, run, copy out."""
    sys.path.insert(0, str(PACKAGE / "python"))
    import pyruntime_bm

    model = pyruntime_bm.Model(model_path, 0, "")
    net = model.Net(model.networks[0])
    with np.load(inputs_path) as given:
        for index, tensor in enumerate(net.inputs):
            place = tensor.data.reshape(-1).view(np.uint8)
            content = np.ascontiguousarray(given[str(index)]).reshape(-1).view(np.uint8)
            if content.size != place.size:
                print(
                    f"input {index} ({tensor.name}): expected {place.size} bytes, found {content.size}", file=sys.stderr
                )
                return 2
            place[:] = content
    start = time.monotonic()
    net.forward()
    results = {"seconds": np.float64(time.monotonic() - start)}
    for index, tensor in enumerate(net.outputs):
        results[str(index)] = np.array(tensor.data).reshape(-1).view(np.uint8)
    np.savez(outputs_path, **results)
    return 0


def main():
    """Start again with the libraries' path, which must be set before the process starts; then run."""
    libraries = str(PACKAGE / "lib")
    if os.environ.get("LD_LIBRARY_PATH", "").split(":")[0] != libraries:
        os.environ["LD_LIBRARY_PATH"] = libraries
        os.environ["TPUC_ROOT"] = str(PACKAGE)
        os.execv(sys.executable, [sys.executable, *sys.argv])
    if len(sys.argv) != 4:
        print(__doc__, file=sys.stderr)
        code = 2
    else:
        code = run(*sys.argv[1:])
    sys.stdout.flush()
    os._exit(code)  # the library's own exit handlers may hang


if __name__ == "__main__":
    main()
