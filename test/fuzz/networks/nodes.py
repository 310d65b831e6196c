"""What a node reads, its branches included."""

import onnx


def reads(node: onnx.NodeProto) -> list[str]:
    """Return the names of the tensors that a node needs, each once."""
    found = [name for name in node.input if name]
    for attribute in node.attribute:
        made = {name for inner in attribute.g.node for name in inner.output}
        found += [name for inner in attribute.g.node for name in reads(inner) if name not in made]
    return list(dict.fromkeys(found))
