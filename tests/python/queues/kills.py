"""python -m queues.kills [NAME…]: kills the worker of each recipe for Python with SIGKILL while it handles a delivery,
starts another one, and prints after how many seconds that handles the delivery. Celery takes its visibility timeout,
10 min."""

import logging
import os
import signal
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory

from queues.engines import ENGINES
from queues.recipe import Recipe

WAIT = 900.0

# The first call hangs, until its process is killed.
HANDLE = """import json
import os
import time


def handle(event):
    with open("began", "a") as file:
        print(os.getpid(), file=file)
    if not os.path.exists("killed"):
        time.sleep(3600)
    with open("handled", "a") as file:
        print(json.dumps(event), file=file)
"""


def until(is_so: Callable[[], object], what: str) -> None:
    end = time.monotonic() + WAIT
    while not is_so():
        assert time.monotonic() < end, what
        time.sleep(0.05)


def resumed_after(name: str) -> float:
    engine = ENGINES[name]
    with TemporaryDirectory(dir=Path.cwd()) as place, engine.start() as (_, environment):
        folder = Path(place)
        recipe = Recipe(name, folder, environment)
        (folder / "handle.py").write_text(HANDLE)
        try:
            if engine.prepare:
                recipe.run(*engine.prepare)
            recipe.start_receiver()
            assert recipe.post("evt-1")[0] == 200, recipe.printed()
            worker = recipe.start(*engine.worker)
            until((folder / "began").exists, f"{name}: the first worker begins")
            os.killpg(worker.pid, signal.SIGKILL)
            worker.wait()
            (folder / "killed").touch()
            begun = time.monotonic()
            recipe.start(*engine.worker)
            until(recipe.handled, f"{name}: it is lost\n{recipe.printed()}")
            return time.monotonic() - begun
        finally:
            recipe.close()


def main() -> None:
    # Of clients that wait for their server to start.
    logging.disable()
    names = sys.argv[1:] or [name for name in ENGINES if name != "celery"]
    with ThreadPoolExecutor(len(names)) as threads:
        for name, seconds in zip(names, threads.map(resumed_after, names), strict=True):
            print(f"{name}: handled again after {seconds:.0f} s", flush=True)


if __name__ == "__main__":
    main()
