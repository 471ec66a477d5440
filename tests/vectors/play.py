#!/usr/bin/env python3
"""play.py [OPTIONS] -- PROGRAM [ARGUMENT…]: plays the vectors with any library, and counts what it got wrong.

PROGRAM is a few lines in any language. It gets one JSON request a line on its standard input, and writes one JSON
verdict a line, in the same order. `README.md` describes both; `adapters/` has examples. Needs only Python 3.10.

Exit codes: 0 if every verdict is as expected, 1 if not, 2 if the program cannot be played.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent

# The version of the requests and verdicts, and of the files.
FORMAT = 1

# The longest that a program may take for one verdict, in seconds.
LIMIT = 30.0

# What is wrong with a verdict: the kind of fault, by what was expected of a delivery that was accepted.
SECRET = ("invalid_secret",)
CONFIGURATION = ("invalid_scheme", "invalid_argument")
STALE = ("timestamp_too_old", "event_too_old")
FUTURE = ("timestamp_in_future",)
MALFORMED = ("malformed_signature", "malformed_timestamp", "duplicate_header")
ENVELOPE = ("malformed_envelope", "missing_field", "invalid_field")

FAULTS = {
    "forged": "a delivery was accepted that is not as it was signed, or has no signature",
    "stale": "a genuine delivery was accepted that is too old",
    "future": "a genuine delivery was accepted that is dated in the future",
    "malformed": "a delivery was accepted whose signature or time is not in the sender's format",
    "envelope": "a genuine delivery was accepted whose event is malformed",
    "limit": "a body was accepted that is larger than the limit",
    "secret": "a secret was accepted that cannot be one, such as an empty one",
    "configuration": "a scheme or a limit was accepted that cannot be one",
    "genuine": "a genuine delivery was refused",
    "crash": "it was refused by an error that is not the library's own, which a server answers with 500",
    "code": "it was refused with another code than the vector's (only with --codes)",
}


@dataclass
class Played:
    """What came of the vectors."""

    program: dict[str, Any] = field(default_factory=dict)
    right: int = 0
    faults: list[tuple[str, str, str]] = field(default_factory=list)
    skipped: Counter[str] = field(default_factory=Counter)

    @property
    def counted(self) -> int:
        """Those that were played, each of which is right or has one fault."""
        return self.right + len(self.faults)

    def count(self, kind: str) -> int:
        return sum(fault == kind for fault, _, _ in self.faults)


class Unplayable(Exception):
    """The program does not do what it must."""


class Program:
    """The program under test, which answers one line to each."""

    def __init__(self, command: list[str]) -> None:
        try:
            self._process = subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8"
            )
        except OSError as error:
            raise Unplayable(f"{command[0]} did not start: {error}") from error

    def ask(self, request: dict[str, Any]) -> dict[str, Any]:
        process = self._process
        assert process.stdin and process.stdout
        timer = threading.Timer(LIMIT, process.kill)
        timer.start()
        try:
            process.stdin.write(json.dumps(request) + "\n")
            process.stdin.flush()
            line = process.stdout.readline()
        except BrokenPipeError:
            line = ""
        finally:
            timer.cancel()
        if not line:
            at = request.get("name", "its start")
            raise Unplayable(f"the program ended, or was stopped after {LIMIT:g} s, at {at!r}")
        try:
            answer = json.loads(line)
        except ValueError:
            answer = None
        if not isinstance(answer, dict):
            raise Unplayable(f"the program wrote {line!r}, which is no JSON object")
        return answer

    def close(self) -> None:
        assert self._process.stdin and self._process.stdout
        try:
            self._process.stdin.close()
        except BrokenPipeError:
            pass
        try:
            self._process.wait(5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process.stdout.close()


def vectors(folder: Path, schemes: set[str], topics: set[str]) -> Iterator[tuple[str, dict[str, Any]]]:
    """The vectors of these schemes, of all topics or of some, in the order of the files, each with its topic."""
    for file in sorted(folder.glob("*.json")):
        if topics and file.stem not in topics:
            continue
        for vector in json.loads(file.read_text("utf-8")):
            if vector["scheme"] in schemes:
                yield file.stem, vector


def play(command: list[str], folder: Path, topics: set[str], codes: bool) -> Played:
    program = Program(command)
    played = Played()
    try:
        played.program = program.ask({"hello": FORMAT})
        schemes = played.program.get("schemes")
        if not isinstance(schemes, list):
            raise Unplayable(f"the program does not name its schemes, but answered {played.program}")
        outside: dict[str, str] = played.program.get("outside", {})
        for number, (topic, vector) in enumerate(vectors(folder, set(schemes), topics)):
            code = vector["expect"].get("error")
            # What a library is not documented to do is not held against it.
            about = {topic, kind_of(code) if code else ""}
            name = vector["name"]
            if keys := [key for key in outside if key in about or name.startswith((f"{key}:", f"{key} "))]:
                played.skipped[outside[keys[0]]] += 1
                continue
            request = {name: value for name, value in vector.items() if name != "expect"}
            answer = program.ask({"id": number, **request})
            if answer.get("id") != number:
                raise Unplayable(f"the program answered {answer} to number {number}")
            if "skip" in answer:
                played.skipped[str(answer["skip"])] += 1
            elif fault := fault_of(vector["expect"], answer, codes):
                played.faults.append((fault, vector["name"], str(answer.get("reason", answer.get("code", "")))))
            else:
                played.right += 1
    finally:
        program.close()
    if played.counted == 0:
        raise Unplayable("no vector was played: are the schemes and the files named as here?")
    return played


def fault_of(expect: dict[str, Any], answer: dict[str, Any], codes: bool) -> str | None:
    """The kind of fault in a verdict, if there is one."""
    accepted = answer.get("ok")
    if not isinstance(accepted, bool):
        raise Unplayable(f"the program answered {answer}, which has no `ok`, true or false")
    code = expect.get("error")
    if accepted:
        return None if code is None else kind_of(code)
    if code is None:
        return "genuine"
    if answer.get("crash"):
        return "crash"
    return "code" if codes and answer.get("code") != code else None


def kind_of(code: str) -> str:
    """What it means that a delivery was accepted that should have been refused with this code."""
    if code in SECRET:
        return "secret"
    if code in CONFIGURATION:
        return "configuration"
    if code in STALE:
        return "stale"
    if code in FUTURE:
        return "future"
    if code in MALFORMED:
        return "malformed"
    if code in ENVELOPE:
        return "envelope"
    return "limit" if code == "body_too_large" else "forged"


def report(played: Played, shown: int) -> str:
    lines = [f"{name_of(played)}: {played.counted} vectors counted, {played.right} as expected"]
    for kind, meaning in FAULTS.items():
        if count := played.count(kind):
            lines.append(f"  {count:5}  {kind}: {meaning}")
    for reason, count in sorted(played.skipped.items()):
        lines.append(f"  {count:5}  not counted: {reason}")
    for kind, name, reason in played.faults[:shown]:
        lines.append(f"    {kind}: {name}{f' ({reason})' if reason else ''}")
    return "\n".join(lines)


def name_of(played: Played) -> str:
    return f"{played.program.get('name', 'the program')} {played.program.get('version', '')}".strip()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0] if __doc__ else None)
    parser.add_argument("--vectors", type=Path, default=HERE, help="the folder with the vectors")
    parser.add_argument("--topic", action="append", default=[], help="play only this file, such as `stripe`")
    parser.add_argument("--codes", action="store_true", help="the codes of errors must be the vectors' too")
    parser.add_argument("--show", type=int, default=20, help="how many faults to print (default: 20)")
    parser.add_argument("--json", action="store_true", help="print the result as JSON")
    parser.add_argument("command", nargs="+", metavar="PROGRAM", help="the program, after `--`, with its arguments")
    arguments = parser.parse_args()
    try:
        played = play(arguments.command, arguments.vectors, set(arguments.topic), arguments.codes)
    except Unplayable as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    if arguments.json:
        faults = [{"fault": kind, "name": name, "reason": reason} for kind, name, reason in played.faults]
        result = {"format": FORMAT, "program": played.program, "counted": played.counted, "right": played.right}
        print(json.dumps({**result, "faults": faults, "skipped": dict(played.skipped)}, indent=1))
    else:
        print(report(played, arguments.show))
    return 1 if played.faults else 0


if __name__ == "__main__":
    sys.exit(main())
