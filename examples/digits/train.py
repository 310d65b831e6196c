"""Train the network of the demo and write digits.onnx beside this file.

Needs PyTorch, which nothing else in this project does:

    python -m venv /tmp/train && /tmp/train/bin/pip install torch==2.13.0 onnx onnxscript scikit-learn
    /tmp/train/bin/python examples/digits/train.py

A minute or two on two cores. The committed file was written by PyTorch 2.13.0; another version or processor may round
differently and end with other weights of the same quality.
"""

import numpy as np
import onnx
import torch
from data import INPUT, MODEL, OUTPUT, SEED, Digits, load
from torch import Tensor, nn

EPOCHS = 40
BATCH = 64
RATE = 3e-3  # highest learning rate of the cosine schedule


class Network(nn.Module):
    """Images [n, 1, 8, 8] to scores [n, 10]: three convolutions, the last one with a residual connection."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Sequential(nn.Conv2d(1, 16, 3, padding=1, bias=False), nn.BatchNorm2d(16), nn.ReLU())
        self.widen = nn.Sequential(nn.Conv2d(16, 24, 3, padding=1, bias=False), nn.BatchNorm2d(24), nn.ReLU())
        self.refine = nn.Sequential(nn.Conv2d(24, 24, 3, padding=1, bias=False), nn.BatchNorm2d(24))
        self.shrink = nn.MaxPool2d(2)
        self.average = nn.AdaptiveAvgPool2d(1)
        self.classify = nn.Linear(24, 10)

    def forward(self, images: Tensor) -> Tensor:
        wide = self.shrink(self.widen(self.stem(images)))
        refined = torch.relu(self.refine(wide) + wide)
        return self.classify(self.average(refined).flatten(1))


def train(digits: Digits) -> Network:
    """Return a network that has seen the digits EPOCHS times, each time shifted by up to a pixel."""
    torch.manual_seed(SEED)
    network = Network().train()
    images, labels = torch.from_numpy(digits.images), torch.from_numpy(digits.labels)
    steps = EPOCHS * (len(labels) // BATCH)
    optimiser = torch.optim.AdamW(network.parameters(), lr=RATE, weight_decay=1e-2)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, RATE, total_steps=steps)
    for _ in range(EPOCHS):
        order = torch.randperm(len(labels))
        for start in range(0, len(labels) - BATCH + 1, BATCH):
            chosen = order[start : start + BATCH]
            down, right = (int(shift) for shift in torch.randint(-1, 2, (2,)))
            shifted = torch.roll(images[chosen], (down, right), (2, 3))
            loss = nn.functional.cross_entropy(network(shifted), labels[chosen], label_smoothing=0.05)
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            schedule.step()
    return network.eval()


def accuracy(network: Network, digits: Digits) -> float:
    """Return the share of digits whose highest score is the right one."""
    with torch.no_grad():
        scores = network(torch.from_numpy(digits.images)).numpy()
    return float(np.mean(scores.argmax(1) == digits.labels))


def export(network: Network) -> None:
    """Write the network to MODEL, opset 17, with an open batch size called `n`."""
    example = torch.zeros(1, 1, 8, 8)
    axes = {INPUT: {0: "n"}, OUTPUT: {0: "n"}}
    torch.onnx.export(
        network,
        (example,),
        str(MODEL),
        input_names=[INPUT],
        output_names=[OUTPUT],
        dynamic_axes=axes,
        opset_version=17,
        dynamo=False,
    )
    onnx.checker.check_model(onnx.load(MODEL), full_check=True)


def main() -> None:
    """Train, report both accuracies, write the model."""
    torch.set_num_threads(2)
    learnt, held_out = load()
    network = train(learnt)
    print(f"accuracy: {accuracy(network, learnt):.2%} of the images learnt, {accuracy(network, held_out):.2%} held out")
    export(network)
    print(f"{MODEL}: {MODEL.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
