"""Random networks of 3 to 12 operators, each from its seed."""

from dataclasses import dataclass

import numpy as np
import onnx
import onnx.defs
from fuzz.networks.draft import Draft
from fuzz.networks.operators import writers
from tpu_mlir.frontend.onnx import registry
from tpu_mlir.frontend.onnx.node import Unsupported
from tpu_mlir.frontend.onnx.schemas.versions import NEWEST_RUNTIME, OLDEST_RUNTIME
from tpu_mlir.frontend.onnx.tensors import Array

FEWEST, MOST = 3, 12
SPECIAL = 7  # one network in so many has infinities, NaN and extreme numbers among its inputs and weights
_ATTEMPTS = 60
# Most networks with these are refused: they come rarely but on their turn.
_RARE = frozenset({"GatherElements"})


@dataclass(frozen=True, eq=False)
class Network:
    """A model and the inputs it is tried with."""

    model: onnx.ModelProto
    feeds: dict[str, Array]


def network(seed: int) -> Network:
    """Return the network of a seed. One operator is the seed's own, so that a run of seeds reaches all of them."""
    random = np.random.default_rng(seed)
    every = sorted(writers())
    own = every[seed % len(every)]
    opsets = [opset for opset in range(OLDEST_RUNTIME, NEWEST_RUNTIME + 1) if is_supported(*own, opset)]
    newest = [opset for opset in opsets if opset >= 13] or opsets
    draft = Draft(random, int(random.choice(newest if random.random() < 0.8 else opsets)), is_special(seed))
    choices = [key for key in every if is_supported(*key, draft.opset)]
    wanted = draft.integer(FEWEST, MOST)
    turn = draft.integer(0, wanted - 1)
    tried = False
    for _ in range(_ATTEMPTS):
        if len(draft.nodes) >= wanted and tried:
            break
        key = draft.choice(choices)
        if not tried and len(draft.nodes) >= turn:
            key, tried = own, True
        if key == own or key[1] not in _RARE or draft.chance(0.1):
            writers()[key](draft, key[1])
    if not draft.inputs:
        draft.emit("Relu", [draft.fresh((2, 3))])
    model = draft.model()
    return Network(model, draft.feeds(model))


def is_special(seed: int) -> bool:
    """Tell whether the network of a seed has infinities, NaN and extreme numbers."""
    return seed % SPECIAL == 0


def is_supported(domain: str, op: str, opset: int) -> bool:
    """Tell whether an operator can be imported as an opset has it; one that is deprecated ONNX Runtime may not have."""
    if onnx.defs.has(op, opset, domain) and onnx.defs.get_schema(op, opset, domain).deprecated:
        return False
    try:
        registry.lookup(op, opset, domain)
    except Unsupported:
        return False
    return True
