"""The least time that a schedule can reach: the array's work, or the bytes that must cross the chip's border once."""

from dataclasses import dataclass

LOAD_BYTES_PER_CYCLE = 58  # fastest transfer from global memory; source: docs/targets/notes/cycles.md


@dataclass(frozen=True)
class Floor:
    """What no order of the same work beats, since either engine must do its part.

    `array` are the cycles of the convolutions and matrix products as they are compiled, halos that they compute twice
    included; `bytes` those of weights, inputs and outputs, each once.
    """

    array: int
    bytes: int

    @property
    def transfers(self) -> int:
        """Cycles of the bytes at the fastest rate."""
        return -(-self.bytes // LOAD_BYTES_PER_CYCLE)

    @property
    def cycles(self) -> int:
        """The larger of the two."""
        return max(self.array, self.transfers)
