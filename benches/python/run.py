"""Measures the Python package `hookseal` against its alternatives. Called by `cargo xtask bench`, which runs a copy in
an environment where all of them are installed.

    python benches/python/run.py [--list | --quick | --to FOLDER] [FILTER]

FILTER is a regular expression for ids. `--list` prints them and runs nothing; `--quick` runs every case once, with its
checks; `--to` writes the times to where `cargo xtask bench` reads them.
"""

import argparse
import json
import platform
import re
import statistics
import timeit
from pathlib import Path
from typing import Any

from cases import OPERATIONS, Delivery, deliveries, groups, identity

# The minimum seconds of a sample, the seconds of warm-up for each case, and the number of samples.
SAMPLE, WARM_UP, ROUNDS = 0.012, 0.1, 40

# The exceptions that implementations raise for a wrong signature. Any other exception is a bug in the bench.
REFUSALS = {"WebhookVerificationError", "SignatureVerificationError"}


def measure(cases: dict[str, Any], operation: str, size: int, names: list[str], quick: bool) -> dict[str, list[float]]:
    """The samples of each implementation, in seconds per call."""
    genuine, *others = deliveries(cases, size)
    timers = {}
    for name in names:
        implementation = OPERATIONS[operation][name]
        check(cases, identity(operation, size, name), implementation, genuine, others)
        timers[name] = timeit.Timer(implementation.line, globals=implementation.names(cases, genuine))
    counts = {name: 1 if quick else warm_up(timer) for name, timer in timers.items()}
    samples: dict[str, list[float]] = {name: [] for name in names}
    # In turns, because the speed of a shared machine drifts: a slowdown then affects all implementations alike.
    for round in range(1 if quick else ROUNDS):
        for turn in range(len(names)):
            name = names[(round + turn) % len(names)]
            samples[name].append(timers[name].timeit(counts[name]) / counts[name])
    for name in names:
        check(cases, identity(operation, size, name), OPERATIONS[operation][name], genuine, others)
    return samples


def warm_up(timer: timeit.Timer) -> int:
    """The number of calls for a sample that is long enough."""
    count, spent = 1, 0.0
    while True:
        took = timer.timeit(count)
        spent += took
        if took >= SAMPLE and spent >= WARM_UP:
            return count
        if took < SAMPLE:
            count = int(count * min(max(SAMPLE * 1.3 / max(took, 1e-9), 1.1), 8)) + 1


def check(cases: dict[str, Any], id: str, implementation: Any, genuine: Delivery, others: list[Delivery]) -> None:
    """Before and after the timing, each implementation must accept genuine deliveries and refuse the others."""
    line = compile(implementation.line, id, "eval")
    if not eval(line, implementation.names(cases, genuine)):
        raise SystemExit(f"{id} does not accept a genuine delivery")
    for delivery in others:
        try:
            accepted = bool(eval(line, implementation.names(cases, delivery)))
        except Exception as error:
            if type(error).__name__ not in REFUSALS:
                raise
            accepted = False
        if accepted:
            raise SystemExit(f"{id} accepts a delivery that is not genuine")


def report(id: str, samples: list[float], quick: bool, folder: Path | None) -> None:
    if quick:
        print(f"{id} gives correct results")
        return
    median = statistics.median(samples) * 1e9
    low, _, high = statistics.quantiles(samples, n=4)
    spread = ", ".join(f"{(quartile * 1e9 / median - 1) * 100:+.1f} %" for quartile in (low, high))
    print(f"{id:<50} {median:>10.0f} ns, half of the samples from {spread.replace(', ', ' to ')}", flush=True)
    if folder is not None:
        target = folder.joinpath(*id.split("/"), "new")
        target.mkdir(parents=True, exist_ok=True)
        (target / "benchmark.json").write_text(json.dumps({"full_id": id}))
        (target / "estimates.json").write_text(json.dumps({"median": {"point_estimate": median}}))


def note_version(folder: Path) -> None:
    """Records the version of Python next to those of the other runtimes."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "runtimes.json"
    known = json.loads(file.read_text()) if file.exists() else {}
    file.write_text(json.dumps({**known, "Python": platform.python_version()}))


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--list", action="store_true")
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--to", type=Path)
    parser.add_argument("filter", nargs="?", default="")
    options = parser.parse_args()
    cases = json.loads(Path(__file__).parent.parent.joinpath("cases.json").read_text())
    if options.to and not options.quick:
        note_version(options.to)
    for operation, size in groups(cases):
        found = [name for name in OPERATIONS[operation] if re.search(options.filter, identity(operation, size, name))]
        if options.list:
            for name in found:
                print(identity(operation, size, name))
        elif found:
            for name, samples in measure(cases, operation, size, found, options.quick).items():
                report(identity(operation, size, name), samples, options.quick, options.to)


main()
