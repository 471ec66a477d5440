"""python run.py: random deliveries have the same verdict in every package, and it is the one that is predicted.

It runs with the Python in which the wheel is installed. `--wasm` and `--native` are projects in which npm's packages
are installed under the name `hookseal`, `--go` is the program in `tests/go/verdicts`, and `--cli` is the command line.
A difference is shrunk, printed as a vector in the format of `tests/vectors`, and ends the run.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections import Counter
from pathlib import Path

import deliveries
from make.vector import render
from model import predict
from packages import CommandLine, Lines, Wheel, npm, same
from shrink import shrink

# How many deliveries are played at once.
BATCH = 500
# So many have every verdict among them.
MANY = 5_000


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", default=None, help="of the deliveries; by default a new one, which is printed")
    length = parser.add_mutually_exclusive_group(required=True)
    length.add_argument("--count", type=int, help="how many deliveries")
    length.add_argument("--seconds", type=float, help="for how long")
    parser.add_argument("--wasm", type=Path, required=True)
    parser.add_argument("--native", type=Path, required=True)
    parser.add_argument("--go", type=Path, required=True)
    parser.add_argument("--cli", type=Path, required=True)
    parser.add_argument("--every", type=int, default=10, help="one delivery in so many is played by the command line")
    return parser.parse_args()


def check_model() -> int:
    """The model has the verdict of every vector, which somebody wrote by hand; returns how many there are."""
    count = 0
    for file in sorted((Path(__file__).parents[1] / "vectors").glob("*.json")):
        for vector in json.loads(file.read_text("utf-8")):
            count += 1
            found, expected = predict(vector), vector["expect"]
            # For Contio the vectors do not state the id, which is the event's.
            if "ok" in expected and "event_id" in expected["ok"]:
                expected = {"ok": {**expected["ok"], "id": expected["ok"]["event_id"]}}
            found.pop("about", None)
            if found != expected:
                sys.exit(f"{vector['name']}: the model gives {found} instead of {expected}")
    return count


def faults(vector: dict, prediction: dict, outcomes: list[tuple]) -> list[str]:
    """What is wrong with the outcomes, each with its package."""
    found = []
    for package, outcome in outcomes:
        if not _is_predicted(prediction, outcome):
            found.append(f"{package.name} gives {outcome}, and the model {prediction}")
        if not same(outcomes[0], (package, outcome)):
            found.append(f"{package.name} gives {outcome}, and {outcomes[0][0].name} {outcomes[0][1]}")
    return found


def _is_predicted(prediction: dict, outcome: dict) -> bool:
    if "error" in prediction:
        about = prediction["about"]
        is_named = about is None or about in outcome.get("message", "")
        return outcome.get("error") == prediction["error"] and is_named
    ok = outcome.get("ok")
    return ok is not None and all(ok.get(name) == value for name, value in prediction["ok"].items())


def main() -> None:
    asked = arguments()
    print(f"the model has the verdicts of {check_model()} vectors")
    seed = asked.seed if asked.seed is not None else f"{time.time_ns():x}"
    everywhere = [Wheel(), npm("wasm", asked.wasm), npm("node", asked.native), Lines("go", asked.go)]
    command_line = CommandLine(asked.cli)
    print(f"seed {seed}", flush=True)

    def outcomes_of(vector: dict) -> list[tuple]:
        played = [(package, package.play([vector])[0]) for package in [*everywhere, command_line]]
        return [(package, outcome) for package, outcome in played if outcome is not None]

    start, number, verdicts, played = time.monotonic(), 0, Counter(), Counter()
    while number < asked.count if asked.count else time.monotonic() - start < asked.seconds:
        vectors = [deliveries.delivery(seed, number + at) for at in range(BATCH)]
        answered = [package.play(vectors) for package in everywhere]
        for at, vector in enumerate(vectors):
            prediction = predict(vector)
            verdicts[prediction.get("error", "ok")] += 1
            outcomes = [(package, answers[at]) for package, answers in zip(everywhere, answered)]
            if (number + at) % asked.every == 0 and (outcome := command_line.play([vector])[0]) is not None:
                outcomes.append((command_line, outcome))
            # A package that cannot express a delivery has no outcome.
            outcomes = [pair for pair in outcomes if pair[1] is not None]
            played.update(package.name for package, _ in outcomes)
            if faults(vector, prediction, outcomes):
                report(vector, lambda other: bool(faults(other, predict(other), outcomes_of(other))), outcomes_of)
        number += BATCH
    for package in everywhere[1:]:
        package.close()
    seconds = time.monotonic() - start
    shares = ", ".join(f"{code} {count}" for code, count in verdicts.most_common())
    each = ", ".join(f"{name} {count}" for name, count in played.items())
    print(f"{number} deliveries agree in {seconds:.0f} s, played by {each}: {shares}")
    # What is hardly played, or has few verdicts, agrees with everything.
    wanted = {package.name: number * 0.9 for package in everywhere} | {command_line.name: number / asked.every * 0.5}
    for name, least in wanted.items():
        if played[name] < least:
            sys.exit(f"{name} has played only {played[name]} of {number} deliveries")
    if number >= MANY and len(verdicts) < 16:
        sys.exit(f"only these verdicts: {shares}")


def report(vector: dict, is_wrong, outcomes_of) -> None:
    smallest = shrink(vector, is_wrong) if is_wrong(vector) else vector
    prediction = predict(smallest)
    expect = {"error": prediction["error"]} if "error" in prediction else {"ok": prediction["ok"]}
    print(render([{**smallest, "expect": expect}]))
    for fault in faults(smallest, prediction, outcomes_of(smallest)):
        print(fault)
    sys.exit(1)


if __name__ == "__main__":
    main()
