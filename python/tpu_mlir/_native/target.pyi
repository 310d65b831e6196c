"""The numbers of each chip (lib/Target)."""

from collections.abc import Mapping

class Chip:
    """Sizes in bytes."""

    @property
    def name(self) -> str:
        """As options spell it: bm1684x."""
    @property
    def title(self) -> str:
        """As bmodels spell it: BM1684X."""
    @property
    def lanes(self) -> int: ...
    @property
    def lane_bytes(self) -> int:
        """Local memory of a lane."""
    @property
    def unit_bytes(self) -> int:
        """What a lane works on at once; a channel in the aligned layout begins at multiples of it."""
    @property
    def bases(self) -> Mapping[str, int]:
        """Where each memory begins: local, static, l2, global."""

def chips() -> list[Chip]: ...
