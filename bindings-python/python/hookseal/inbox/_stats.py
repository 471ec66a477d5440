"""What an inbox holds."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

from hookseal.inbox._notices import NoticeName
from hookseal.inbox._protocol import StateRow


@dataclass(frozen=True)
class StateStats:
    """How many deliveries are in a state."""

    number: int = 0
    # The bytes of their bodies.
    bytes: int = 0
    # How many seconds ago the oldest of them was stored, if there are any, by this machine's clock.
    oldest: float | None = None


@dataclass(frozen=True)
class Stats:
    """What an inbox holds, and what this process has counted since it made the Inbox."""

    # Deliveries that wait to be handled.
    pending: StateStats
    # Deliveries that are being handled.
    running: StateStats
    # Deliveries that have no attempt left, or were rejected.
    dead: StateStats
    # Handled deliveries whose keys are kept.
    done: int
    # When the tables were made, in Unix seconds.
    made: float
    # The kind of file system that a file is on, if it is lost with the container or the next start: "overlay" or
    # "tmpfs". What was answered with 200 is then lost, too: use a volume.
    lost_with: str | None
    # How often each notice was given.
    counts: dict[NoticeName, int]


def stats_of(rows: list[StateRow], made: int, path: Path | None, counts: dict[NoticeName, int]) -> Stats:
    now = time.time()
    found = {
        row.state: StateStats(row.number, row.bytes, None if row.oldest is None else max(0.0, now - row.oldest / 1000))
        for row in rows
    }
    nothing = StateStats()
    pending, running, dead = (found.get(state, nothing) for state in ("pending", "running", "dead"))
    lost_with = None if path is None else _lost_with(path)
    return Stats(pending, running, dead, found.get("done", nothing).number, made / 1000, lost_with, counts)


def _lost_with(path: Path) -> str | None:
    """The kind of a file system that does not last, from what Linux mounts."""
    try:
        return lost_with_mounts(Path("/proc/self/mounts").read_text("utf-8", "replace"), path.resolve(strict=True))
    except OSError:
        return None


def lost_with_mounts(mounts: str, path: Path) -> str | None:
    longest, found = -1, ""
    for line in mounts.splitlines():
        words = line.split(" ")
        # Of two mounts at one place, the later one is seen.
        if len(words) > 2 and path.is_relative_to(words[1]) and len(Path(words[1]).parts) >= longest:
            longest, found = len(Path(words[1]).parts), words[2]
    return found if found in ("overlay", "tmpfs") else None
