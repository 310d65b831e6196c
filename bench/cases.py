"""Networks to compare ways of quantisation on, with inputs of their own kind and what a user reads off the outputs."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt
import onnx
from PIL import Image, ImageDraw, ImageFont
from tpu_mlir.frontend.onnx.inputs import resolve
from tpu_mlir.frontend.onnx.loading import load

from bench.photos import crops
from bench.zoo import BY_NAME, Network

Array = npt.NDArray[np.generic]
Tensors = dict[str, Array]
Decode = Callable[[Array], Sequence[object]]  # from an output to answers, each right or wrong


@dataclass(frozen=True, eq=False)
class Case:
    """A network, how to make `count` samples of its inputs, and how its first output is read, if it is read so."""

    name: str
    model: Callable[[], onnx.ModelProto]
    samples: Callable[[int], list[Tensors]]
    decode: Decode | None = None
    licence: str = "Apache-2.0, made by this benchmark"
    shapes: dict[str, tuple[int, ...]] = field(default_factory=dict[str, tuple[int, ...]])


def classes(scores: Array) -> Sequence[object]:
    """Return the class of the highest score, scores in the last dimension that is not 1."""
    flat = scores.reshape(scores.shape[0], -1)
    return flat.argmax(axis=1).tolist()


def text_line(axis: int, blank: int) -> Decode:
    """Return the greedy CTC reading of scores whose classes lie along `axis`: repeats merged, blanks left out."""

    def decode(scores: Array) -> Sequence[object]:
        best = np.moveaxis(scores, axis, -1).reshape(-1, scores.shape[axis]).argmax(axis=-1)
        kept = np.concatenate([[True], best[1:] != best[:-1]]) & (best != blank)
        return ["-".join(map(str, best[kept]))]

    return decode


def image(picture: Image.Image, height: int, width: int, low: float, high: float, channels: int = 3) -> Array:
    """Return a picture as [1, channels, height, width], its pixels mapped from 0..255 to low..high."""
    scaled = picture.resize((width, height), Image.Resampling.BILINEAR)
    pixels = np.asarray(scaled.convert("L" if channels == 1 else "RGB"), np.float32).reshape(height, width, channels)
    return np.ascontiguousarray((low + pixels / 255 * (high - low)).transpose(2, 0, 1)[None])


def photos(name: str, height: int, width: int, low: float, high: float, channels: int = 3):
    """Return what makes samples of photos."""
    return lambda count: [{name: image(crop, height, width, low, high, channels)} for crop in crops(count)]


def lines_of_text(count: int, size: tuple[int, int], letters: str, length: tuple[int, int]) -> list[Image.Image]:
    """Return seeded lines of text in dark on light, with noise: `length` letters at least and below."""
    random = np.random.default_rng(7)
    width, height = size
    found: list[Image.Image] = []
    for _ in range(count):
        text = "".join(random.choice(list(letters), random.integers(*length)))
        ink, paper = (tuple(int(v) for v in random.integers(low, low + 90, 3)) for low in (0, 160))
        font = ImageFont.load_default(size=height * 0.7)
        left, top, right, bottom = font.getbbox(text)
        line = Image.new("RGB", (int(right - left) + height // 2, height), paper)
        ImageDraw.Draw(line).text((height // 4 - left, (height - bottom - top) / 2), text, fill=ink, font=font)
        pixels = np.asarray(line.resize(size), np.float32) + random.normal(0, 8, (height, width, 3))
        found.append(Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8)))
    return found


def of_the_project(models: Path) -> list[Case]:
    """Return the networks of the models' folder that take pictures."""
    decoders: dict[str, Decode] = {"mnist8": classes, "resnet20_cifar10": classes, "squeezenet_fp16": classes}
    decoders["lprnet"] = text_line(axis=1, blank=67)
    names = [name for name in BY_NAME if name != "resnet50" and BY_NAME[name].path(models).is_file()]
    found = [_of_zoo(BY_NAME[name], BY_NAME[name].path(models), decoders.get(name)) for name in names]
    cls = Network("ppocr_cls", -1, 1, "pixels / 127.5 - 1", {"x": (1, 3, 48, 192)})
    return [*found, _of_zoo(cls, cls.path(models), classes)] if cls.path(models).is_file() else found


def _of_zoo(network: Network, path: Path, decode: Decode | None) -> Case:
    def samples(count: int) -> list[Tensors]:
        inputs = resolve(load(path)[0].graph, network.shapes)
        pictures = crops(count)
        if network.name in ("lprnet", "ppocr_cls"):
            pictures = lines_of_text(count, (188, 48), "ABCDEFGHJKLMNPQRSTUVWXYZ0123456789", (6, 9))
        return [
            {
                item.name: image(p, *item.shape[2:], network.low, network.high, item.shape[1]).astype(item.dtype)
                for item in inputs
            }
            for p in pictures
        ]

    return Case(network.name, lambda: load(path)[0], samples, decode, "see MANIFEST.md", dict(network.shapes))
