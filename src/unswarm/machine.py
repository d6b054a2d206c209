"""What this machine has to work with."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from tempfile import gettempdir

GIB = 2**30
LIMITS = (  # of a container: cgroup version 2, then 1
    ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory.current"),
    (
        "/sys/fs/cgroup/memory/memory.limit_in_bytes",
        "/sys/fs/cgroup/memory/memory.usage_in_bytes",
    ),
)


def cores() -> int:
    """Cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def free_memory() -> int:
    """Bytes that may be taken without swapping; a container's limit is respected.

    Where the system does not tell, four GiB are assumed.
    """
    return min([_available(), *_left_in_containers()])


def free_disk(folder: Path | None = None) -> int:
    """Bytes free where temporary files go, or in a folder."""
    return shutil.disk_usage(folder or gettempdir()).free


def _available() -> int:
    try:
        lines = Path("/proc/meminfo").read_text("ascii").splitlines()
    except OSError:
        return 4 * GIB
    told = {name: int(value.split()[0]) for name, value in (line.split(":") for line in lines)}
    return told.get("MemAvailable", 4 * GIB // 1024) * 1024


def _left_in_containers() -> list[int]:
    left = []
    for limit, used in LIMITS:
        try:
            most, now = Path(limit).read_text("ascii"), Path(used).read_text("ascii")
        except OSError:
            continue
        if most.strip().isdigit():
            left.append(max(int(most) - int(now), 0))
    return left
