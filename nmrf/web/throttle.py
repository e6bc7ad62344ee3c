"""A limit on anonymous posts, in memory only: no address, not even hashed, reaches a disk."""

from __future__ import annotations

import hashlib
import secrets
import threading
from collections import defaultdict
from datetime import datetime, timedelta

_KEY = secrets.token_bytes(32)  # forgotten when the process ends


class MemoryThrottle:
    """At most `limit` in any hour from one address, in this process."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._times: dict[bytes, list[datetime]] = defaultdict(list)
        self._guard = threading.Lock()

    def take(self, address: str, now: datetime) -> bool:
        """Count one; False when the limit is reached."""
        key = hashlib.blake2b(address.encode(), key=_KEY, digest_size=16).digest()
        since = now - timedelta(hours=1)
        with self._guard:
            for other in [k for k, times in self._times.items() if times[-1] < since]:
                del self._times[other]
            times = [at for at in self._times.get(key, []) if at > since]
            if len(times) >= self._limit:
                return False
            self._times[key] = [*times, now]
            return True
