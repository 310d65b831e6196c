"""Time and memory of calibrating ResNet-50 on 100 images, beside ONNX Runtime's own static quantisation."""

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

from bench.photos import write_crops
from bench.report import Report, arguments, finish, machine, table

SECONDS, MEGABYTES = 25.0, 1200.0  # limits on two cores, by entropy
METHODS = ("minmax", "entropy", "mse")

# The children report VmHWM: the peak that a parent learns of also counts what the parent held when it forked.
SHARED = """
import json, os, sys, time
from pathlib import Path
start = time.perf_counter()
model, folder, method = sys.argv[1:4]

def finish():
    seconds = time.perf_counter() - start
    (peak,) = [line.split()[1] for line in open("/proc/self/status") if line.startswith("VmHWM")]
    times = os.times()
    print(json.dumps([seconds, times.user + times.system, int(peak) * 1024 / 1e6]))
"""
OURS = """
from tpu_mlir.quantization import Preprocess, calibrate
preprocess = Preprocess(mean=(123.675, 116.28, 103.53), scale=(0.01712, 0.01751, 0.01743))
calibrate(model, folder, method=method, preprocess=preprocess).save(Path(folder).with_suffix(".ranges"))
finish()
"""
THEIRS = """
import tpu_mlir.frontend.onnx.session  # first: it switches ONNX Runtime's telemetry off
from onnxruntime.quantization import CalibrationDataReader, CalibrationMethod, QuantFormat, quantize_static
from tpu_mlir.quantization.images import read_image
from tpu_mlir.quantization.preprocess import Preprocess

class Reader(CalibrationDataReader):
    def __init__(self):
        self.paths = iter(sorted(Path(folder).iterdir()))
        self.how = Preprocess(mean=(123.675, 116.28, 103.53), scale=(0.01712, 0.01751, 0.01743))

    def get_next(self):
        path = next(self.paths, None)
        return None if path is None else {"input": read_image(path, self.how, (224, 224))[None]}

methods = {"minmax": CalibrationMethod.MinMax, "entropy": CalibrationMethod.Entropy}
target = str(Path(folder).with_suffix(".onnx"))
quantize_static(model, target, Reader(), QuantFormat.QDQ, per_channel=True, calibrate_method=methods[method])
finish()
"""


def measure(program: str, model: Path, folder: Path, method: str) -> tuple[float, float, float]:
    """Run a program in a new process; return seconds, CPU seconds and peak megabytes."""
    command = [sys.executable, "-c", SHARED + program, str(model), str(folder), method]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    seconds, cpu, peak = json.loads(done.stdout.splitlines()[-1])
    return seconds, cpu, peak


def report(options: argparse.Namespace) -> Report:
    """Calibrate by a few methods, then let ONNX Runtime quantise by those that it has, too."""
    if not options.resnet50.is_file():
        return Report("", [f"resnet50: no file {options.resnet50}"])
    rows: list[tuple[str, ...]] = []
    failures: list[str] = []
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary) / "images"
        write_crops(folder, options.images)
        runs = [("tpu_mlir", OURS, method) for method in METHODS]
        runs += [("ONNX Runtime", THEIRS, method) for method in options.rivals]
        for name, program, method in runs:
            seconds, cpu, peak = measure(program, options.resnet50, folder, method)
            limited = name == "tpu_mlir" and method == "entropy"
            limits = (f"{SECONDS:g}", f"{MEGABYTES:g}") if limited else ("", "")
            rows.append((f"{name}, {method}", f"{seconds:.1f}", limits[0], f"{cpu:.1f}", f"{peak:.0f}", limits[1]))
            if limited and seconds > SECONDS:
                failures.append(f"calibrating takes {seconds:.1f} s, expected at most {SECONDS:g} s")
            if limited and peak > MEGABYTES:
                failures.append(f"calibrating takes {peak:.0f} MB, expected at most {MEGABYTES:g} MB")
    headings = ("tool, method", "seconds", "limit", "CPU seconds", "peak MB", "limit")
    text = (
        f"# Calibrating ResNet-50 on {options.images} images\n\n"
        "Written by `python -m bench.calibrate`: from the ONNX file and PNG files to the table of ranges, for ONNX\n"
        f"Runtime to the quantised model by `quantize_static`; each in a process of its own, on {machine()}.\n\n"
        f"{table(headings, rows)}"
    )
    return Report(text, failures)


def main(words: list[str] | None = None) -> int:
    """Write the table; return 1 if a limit does not hold."""
    parser = arguments(__doc__)
    parser.add_argument("--images", type=int, default=100, help="number of calibration images")
    parser.add_argument(
        "--rivals", nargs="*", default=["minmax", "entropy"], help="methods of ONNX Runtime; entropy takes 12 GB"
    )
    options = parser.parse_args(words)
    return finish("calibrate", report(options), options.output)


if __name__ == "__main__":
    sys.exit(main())
