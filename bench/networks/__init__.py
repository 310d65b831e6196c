"""Networks of the kinds that people compile, with random weights: written here, so that anyone can measure them."""

from collections.abc import Callable, Mapping
from pathlib import Path

import onnx

from bench.networks import backbones, dense, detectors, sequences

KINDS: Mapping[str, Callable[[], onnx.ModelProto]] = {
    each.__name__: each
    for each in (
        backbones.mobilenet,
        backbones.embedding,
        backbones.landmarks,
        backbones.small_classifier,
        backbones.keywords,
        backbones.channels_last,
        dense.segmentation,
        dense.denoiser,
        dense.edges,
        dense.instance_norm_edges,
        dense.keypoints,
        dense.enhancement,
        dense.light_enhancement,
        detectors.faces,
        detectors.objects,
        detectors.text,
        detectors.boxes,
        sequences.speech,
        sequences.sentences,
        sequences.vit_b,
        sequences.swin,
    )
}


def written(name: str, folder: Path) -> Path:
    """Write a network to a folder; return its file."""
    folder.mkdir(parents=True, exist_ok=True)
    onnx.save(KINDS[name](), folder / f"{name}.onnx")
    return folder / f"{name}.onnx"
