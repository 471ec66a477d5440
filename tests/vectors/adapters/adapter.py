"""The protocol of `play.py`, for adapters in Python."""

import base64
import json
import sys
from collections.abc import Callable, Sequence
from importlib.metadata import version
from typing import Any


# What is more than a library for one sender is documented to do, and why: files of vectors, kinds of faults, and
# beginnings of names.
OUTSIDE = {
    "doubled-headers": "what a host makes of a header that was sent twice",
    "fault 8": "what a host makes of a header that was sent twice",
    "standard-webhooks: an id with": "the letters of an id, of which the specification forbids the dot",
    "svix: an id with": "the letters of an id, of which the specification forbids the dot",
    "header-spellings": "which of two names of a header counts",
    "signature-lists": "what is skipped in a list of signatures, which no specification says",
    "limits": "the size of a body, of an id and of a list",
    "secrets": "what can be a secret, except that an empty one cannot",
    "secrets-base64": "what can be a secret, except that an empty one cannot",
    "configuration": "settings that only this project has",
}


class Skip(Exception):
    """A vector that is outside what the library is documented to do. The text says why."""


def serve(
    library: str,
    schemes: Sequence[str],
    verify: Callable[[dict[str, Any], bytes], None],
    refusals: tuple[type[Exception], ...],
    code_of: Callable[[Exception], str | None] = lambda error: None,
    outside: dict[str, str] | None = None,
) -> None:
    """Answers requests. `verify` raises one of `refusals` for what it refuses; any other error is a crash."""
    for line in sys.stdin:
        request = json.loads(line)
        if "hello" in request:
            answer: dict[str, Any] = {"name": f"{library} (PyPI)", "version": version(library)}
            answer |= {"schemes": list(schemes), "outside": outside or {}}
        else:
            try:
                verify(request, base64.b64decode(request["body_base64"]))
                answer = {"ok": True}
            except Skip as skip:
                answer = {"skip": str(skip)}
            except refusals as error:
                answer = {"ok": False, "code": code_of(error)}
            except Exception as error:
                answer = {"ok": False, "crash": True, "reason": type(error).__name__}
            answer["id"] = request["id"]
        print(json.dumps(answer), flush=True)


def headers_of(request: dict[str, Any]) -> dict[str, str]:
    """The headers as a framework hands them over: a mapping, in which a name occurs once."""
    if any(not name.isascii() or not name.isprintable() or " " in name for name, _ in request["headers"]):
        raise Skip("a name that no header has in HTTP")
    headers = {name.lower(): value for name, value in request["headers"]}
    if len(headers) < len(request["headers"]):
        raise Skip("a header occurs twice, which the host joins or drops before the library sees it")
    return headers


def only_secret(request: dict[str, Any]) -> str:
    if len(request["secrets"]) != 1:
        raise Skip("several secrets, and the library takes one")
    secret: str = request["secrets"][0]
    return secret


def with_default_limits(request: dict[str, Any], *supported: str) -> dict[str, Any]:
    """The options of a vector, of which the library must support all."""
    options: dict[str, Any] = request.get("options", {})
    if not set(options) <= set(supported) or None in options.values():
        raise Skip("a limit that cannot be set in the library")
    return options


def usable_secret(secret: str, is_base64: bool) -> str:
    """A secret as senders give them out. What is not one is a mistake of the receiver, not a delivery."""
    text = secret.removeprefix("whsec_") if is_base64 else secret
    if secret == secret.strip() and (not text or not is_base64):
        return secret
    try:
        if secret == secret.strip() and 16 <= len(base64.b64decode(text, validate=True)) <= 512:
            return secret
    except ValueError:
        pass
    raise Skip("a secret that no sender gives out")
