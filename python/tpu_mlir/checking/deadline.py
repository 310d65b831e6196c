"""The time that a check may take."""

import time


class Deadline:
    """Begins when it is made; `seconds` is the time that it leaves, 0 nothing at all."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._begin = time.monotonic()

    @property
    def taken(self) -> float:
        """Seconds since the beginning."""
        return time.monotonic() - self._begin

    @property
    def left(self) -> float:
        """Seconds to the end, never less than 0."""
        return max(0.0, self.seconds - self.taken)

    def is_over(self) -> bool:
        """Whether the time is up."""
        return self.left == 0
