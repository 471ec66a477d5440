"""The packages, each of which plays vectors: the wheel in this process, the others in processes of their own."""

from __future__ import annotations

import base64
import json
import os
import re
import subprocess
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import hookseal
from model import is_known

Outcome = dict[str, Any]


class Wheel:
    name = "python"
    gives_keys = True

    def play(self, vectors: list[dict]) -> list[Outcome]:
        return [self._play(vector) for vector in vectors]

    def _play(self, vector: dict) -> Outcome:
        try:
            verifier = hookseal.WebhookVerifier(
                vector["secrets"], scheme=vector["scheme"], now=vector["now"], **vector.get("options", {})
            )
            headers = [(name, value) for name, value in vector["headers"]]
            return {"ok": _verdict(verifier.verify(headers, base64.b64decode(vector["body_base64"])))}
        except hookseal.WebhookVerificationError as error:
            return {"error": error.code, "message": str(error)}
        except Exception as error:  # anything else is a fault, which has to be shown with its delivery
            return {"thrown": repr(error)}


def _verdict(delivery: hookseal.Delivery) -> Outcome:
    ok = {
        "scheme": delivery.scheme,
        "timestamp": delivery.timestamp,
        "secret_index": delivery.secret_index,
    }
    if delivery.has_envelope:
        event: Any = delivery.event()
        ok |= {"event_type": event["event_type"], "event_id": event["event_id"]}
    key = delivery.key
    return ok | {"id": delivery.id, "key": key and key.text(), "json": _json(delivery)}


def _json(delivery: hookseal.Delivery) -> str:
    try:
        delivery.json()
    except hookseal.WebhookVerificationError as error:
        return f"{error.code}: {error}"
    return "JSON"


class Lines:
    """A package in a process that reads lines, each a list of vectors, and answers with the list of their outcomes."""

    gives_keys = True

    def __init__(self, name: str, *command: str | Path) -> None:
        self.name = name
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def play(self, vectors: list[dict]) -> list[Outcome | None]:
        self._process.stdin.write(json.dumps(vectors).encode() + b"\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        if not line:
            raise SystemExit(f"{self.name} ended with {self._process.wait()}")
        return json.loads(line)

    def close(self) -> None:
        self._process.stdin.close()
        self._process.wait()


def npm(name: str, project: Path) -> Lines:
    """A package that is installed in a project as `hookseal`."""
    return Lines(name, "node", Path(__file__).with_name("worker.mjs"), project)


class CommandLine:
    """`hookseal verify --json`. A delivery that a command line cannot express has no outcome."""

    name = "cli"
    gives_keys = False

    def __init__(self, binary: Path) -> None:
        self._binary = binary

    def play(self, vectors: list[dict]) -> list[Outcome | None]:
        return [self._play(vector) if _is_expressible(vector) else None for vector in vectors]

    def _play(self, vector: dict) -> Outcome:
        command = [str(self._binary), "verify", "--json", f"--scheme={vector['scheme']}", f"--now={vector['now']}"]
        env = {name: value for name, value in os.environ.items() if not name.startswith("HOOKSEAL_")}
        for index, secret in enumerate(vector["secrets"]):
            command.append(f"--secret-env=SECRET_{index}")
            env[f"SECRET_{index}"] = secret
        for name, value in vector["headers"]:
            command += ["-H", f"{name}: {value}"]
        for name, limit in vector.get("options", {}).items():
            command.append(f"--{name.replace('_', '-')}={'off' if limit is None else limit}")
        body = base64.b64decode(vector["body_base64"])
        ended = subprocess.run(command, input=body, env=env, capture_output=True, check=False)
        try:
            answer = json.loads(ended.stdout)
        except ValueError:
            return {"thrown": f"exit code {ended.returncode}: {ended.stderr.decode()}"}
        if answer.pop("ok"):
            return {"ok": answer}
        return {"error": answer["code"], "message": answer["message"]}


def _is_expressible(vector: dict) -> bool:
    return (
        all(
            re.fullmatch("[0-9A-Za-z-]+", name) and value == value.strip(" \t") and not re.search("[\n\r\0]", value)
            for name, value in vector["headers"]
        )
        and not any("\0" in secret for secret in vector["secrets"])
        # A program that is started with no secret, an unknown scheme or a limit in milliseconds says so itself.
        and len(vector["secrets"]) > 0
        and is_known(vector["scheme"])
        and all((vector.get("options", {}).get(name) or 0) < 100_000 for name in ("max_age", "max_skew"))
    )


# How each package spells the names of options. Nothing else may differ.
_OPTIONS = ("max_age", "max_skew", "max_event_age", "max_body", "signed_url", "public_key")


def _spellings() -> Iterable[tuple[str, str]]:
    for name in sorted(_OPTIONS, key=len, reverse=True):
        first, *others = name.split("_")
        yield first + "".join(map(str.title, others)), name
        yield "".join(map(str.title, [first, *others])), name
        yield "--" + name.replace("_", "-"), name


def comparable(package: Any, outcome: Outcome) -> Outcome:
    """An outcome in the words of Python, without what only some packages say."""
    if "error" in outcome:
        message = outcome["message"]
        for spelling, name in _spellings():
            message = message.replace(spelling, name)
        if not package.gives_keys:
            message = message.replace(*_ED25519)
        # Packages differ in how many schemes they have by name, and say which. Go's limits end after 292 years, and
        # longer ones are written into the text of a scheme, whose member is named then.
        if outcome["error"] in ("invalid_scheme", "invalid_argument"):
            message = ""
        return {"error": outcome["error"], "message": message}
    if "ok" in outcome:
        ok = {name: value for name, value in outcome["ok"].items() if value is not None or name not in _ABSENT}
        return {"ok": ok}
    return outcome


_ABSENT = ("event_type", "event_id")

# The command line verifies ed25519 too, and says what is missing for it.
_ED25519 = (
    "it has ed25519 (v1a) alone, and this receiver has no public_key; give it, or have the sender sign with v1 too",
    "ed25519 (v1a) is not supported; have the sender sign with v1 too",
)


def same(one: tuple[Any, Outcome], other: tuple[Any, Outcome]) -> bool:
    """Whether two packages agree: to the letter, in everything that both of them say."""
    (first, left), (second, right) = one, other
    left, right = comparable(first, left), comparable(second, right)
    if first.gives_keys and second.gives_keys:
        return left == right
    # Where its configuration is wrong, the command line names the variable or the option, and says it in its own words.
    if left.get("error") == right.get("error") and left.get("error") in CONFIGURATION:
        return True
    return _as_command_line(left) == _as_command_line(right)


CONFIGURATION = ("invalid_secret", "invalid_scheme", "invalid_argument")


def _as_command_line(outcome: Outcome) -> Outcome:
    """What the command line says too. It reads no more of a body than shows that there is too much of it."""
    if "message" in outcome:
        return {**outcome, "message": re.sub("it has [0-9]+ bytes or more", "it has more bytes", outcome["message"])}
    if "ok" in outcome:
        return {"ok": {name: value for name, value in outcome["ok"].items() if name not in ("key", "json")}}
    return outcome
