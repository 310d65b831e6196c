"""What starting a network takes, and moving tensors between host and chip: orders of magnitude."""

START = 90e-6  # s, launch and interrupt of a network: docs/targets/bm1684x.md, "start of a run"
BANDWIDTH = 2e9  # B/s: PCIe, or a copy within the memory of a board


def moving(size: int) -> float:
    """Return the seconds that some bytes take."""
    return size / BANDWIDTH
