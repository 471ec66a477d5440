"""What is to happen when the process forks: threads do not run in the child, locks may be held there by nobody, and a
SQLite connection must not be used in both."""

from __future__ import annotations

import os
import threading
import weakref
from typing import Protocol


class Forked(Protocol):
    def before_fork(self) -> None: ...
    def after_fork_in_parent(self) -> None: ...
    def after_fork_in_child(self) -> None: ...


_known: weakref.WeakSet[Forked] = weakref.WeakSet()
_prepared: list[Forked] = []
_lock = threading.Lock()


def watch(thing: Forked) -> None:
    """Calls the methods of `thing` at each fork, for as long as it is there."""
    with _lock:
        _known.add(thing)


def _before() -> None:
    _lock.acquire()
    for thing in list(_known):
        thing.before_fork()
        _prepared.append(thing)


def _in_parent() -> None:
    for thing in _prepared:
        thing.after_fork_in_parent()
    _prepared.clear()
    _lock.release()


def _in_child() -> None:
    for thing in _prepared:
        thing.after_fork_in_child()
    _prepared.clear()
    _lock.release()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(before=_before, after_in_parent=_in_parent, after_in_child=_in_child)
