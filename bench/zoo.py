"""The networks that are measured, with the range of the inputs that each was trained with."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt
import onnx
from tpu_mlir.frontend.onnx.inputs import resolve
from tpu_mlir.frontend.onnx.session import Session

Array = npt.NDArray[np.generic]

ROOT = Path(__file__).resolve().parents[1]
MODELS = ROOT / ".." / "shared" / "models"
RESNET50 = Path("/work/models/m/resnet50.onnx")  # written by `make_benchmarks.py` of the models' folder
LIMITS: Mapping[str, float] = {"f32": 0.99999, "f16": 0.9995, "bf16": 0.995}  # least cosine with ONNX Runtime
NORMALISED = "pixels less ImageNet's mean, divided by its standard deviation: -2.1 to 2.6"


@dataclass(frozen=True)
class Network:
    """A network: `low` and `high` bound its inputs, for the stated `reason`; `shapes` fixes its open dimensions."""

    name: str
    low: float
    high: float
    reason: str
    shapes: Mapping[str, tuple[int, ...]] = field(default_factory=dict[str, tuple[int, ...]])

    def path(self, models: Path, resnet50: Path = RESNET50) -> Path:
        """Return the ONNX file; `models` is the folder with the models in its onnx/."""
        return resnet50 if self.name == "resnet50" else models / "onnx" / f"{self.name}.onnx"


NETWORKS = (
    Network("mnist8", 0, 255, "grey pixels as they are"),
    Network("squeezenet_fp16", 0, 255, "BGR pixels as they are"),
    Network("resnet20_cifar10", -2.1, 2.6, NORMALISED),
    Network("super_resolution", 0, 1, "luma, divided by 255", {"input": (1, 1, 224, 224)}),
    Network("ultraface_rfb320", -1, 1, "(pixels - 127) / 128"),
    Network("deeplab_dm05_person", -1, 1, "pixels / 127.5 - 1"),
    Network("lprnet", -1, 1, "(pixels - 127.5) / 128"),
    Network("vittracker", -2.1, 2.6, NORMALISED),
    Network("yolox_nano", 0, 255, "BGR pixels as they are"),
    Network("resnet50", -2.1, 2.6, NORMALISED),
)
BY_NAME: Mapping[str, Network] = {network.name: network for network in NETWORKS}


@dataclass(frozen=True, eq=False)
class Example:
    """Seeded inputs of a network and what ONNX Runtime computes from them."""

    feeds: dict[str, Array]
    outputs: dict[str, Array]


def random_feeds(network: Network, path: Path, seed: int = 0) -> dict[str, Array]:
    """Draw inputs evenly from the network's range."""
    random = np.random.default_rng(seed)
    inputs = resolve(onnx.load(path, load_external_data=False).graph, network.shapes)
    return {item.name: random.uniform(network.low, network.high, item.shape).astype(item.dtype) for item in inputs}


def example(network: Network, path: Path, seed: int = 0) -> Example:
    """Draw inputs evenly from the network's range and run ONNX Runtime on them."""
    feeds = random_feeds(network, path, seed)
    return Example(feeds, Session(path).run(feeds))
