"""How often somebody may ask: a bucket that fills up again."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable

MOST = 20_000  # keys that are remembered; the one used longest ago goes


class Buckets:
    """A bucket for each key.

    Args:
        size: requests at once.
        per_minute: requests that come back a minute.
        clock: seconds.
    """

    def __init__(
        self, size: int, per_minute: float, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._size, self._rate, self._clock = float(size), per_minute / 60, clock
        self._lock = threading.Lock()
        self._left: OrderedDict[Hashable, tuple[float, float]] = OrderedDict()

    def take(self, key: Hashable) -> float:
        """Take one out; returns the seconds to wait where there is none, else 0."""
        with self._lock:
            now = self._clock()
            left, then = self._left.get(key, (self._size, now))
            left = min(self._size, left + (now - then) * self._rate)
            enough = left >= 1
            self._left[key] = (left - 1 if enough else left, now)
            self._left.move_to_end(key)
            while len(self._left) > MOST:
                self._left.popitem(last=False)
            return 0.0 if enough else (1 - left) / self._rate
