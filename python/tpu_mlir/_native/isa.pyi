"""BM1684X commands as they are decoded (lib/Isa)."""

from collections.abc import Mapping
from typing import Literal

class Command:
    """One command; `offset` and `size` in bytes, `waits_for` is an id of the other engine or 0."""

    @property
    def engine(self) -> Literal["tiu", "gdma"]: ...
    @property
    def offset(self) -> int: ...
    @property
    def size(self) -> int: ...
    @property
    def is_short(self) -> bool: ...
    @property
    def name(self) -> str: ...
    @property
    def mnemonic(self) -> str: ...
    @property
    def id(self) -> int: ...
    @property
    def waits_for(self) -> int: ...
    @property
    def fields(self) -> Mapping[str, int]: ...
    @property
    def text(self) -> str:
        """One line that `assemble` turns back: engine, id, what it waits for, name, operands, other fields."""
    @property
    def json(self) -> str:
        """The same as a JSON object, with every field that the unit reads and that is not zero."""
    @property
    def accesses(self) -> list[tuple[str, bool, int, int, int]]:
        """(space, is a write, first byte, end, lanes as a bit mask); local bytes count within a lane."""
    @property
    def fits_short(self) -> bool: ...
    def encode(self, *, is_short: bool) -> bytes:
        """Return the bytes of a form. Raises ValueError if there is none or a field does not fit it."""

def decode(engine: str, stream: bytes | memoryview, offset: int) -> Command: ...
def encode(name: str, form: Literal["long", "short"], fields: Mapping[str, int]) -> bytes:
    """The bytes of one command: `name` is that of its struct ("Arith"); fields by vendor name, others 0."""

def assemble(line: str) -> tuple[str, int, bytes]:
    """Engine, id and bytes of a command from its text; # begins a comment. Raises CommandError."""
