"""python -m apps.calls MODULE:NAME: calls an application as a server would that checks nothing it passes on.

Reads a JSON list of requests, each a list of headers and a body, and writes their responses and what was recorded.
"""

import asyncio
import importlib
import json
import sys
from io import BytesIO
from typing import Any

from apps.shared import SEEN

Headers = list[tuple[str, str]]


def call_wsgi(app: Any, headers: Headers, body: bytes) -> tuple[int, str]:
    environ: dict[str, Any] = {
        "REQUEST_METHOD": "POST",
        "PATH_INFO": "/hook",
        "QUERY_STRING": "",
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": BytesIO(body),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": False,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }
    for name, value in headers:
        key = name.upper().replace("-", "_")
        key = key if key in ("CONTENT_LENGTH", "CONTENT_TYPE") else f"HTTP_{key}"
        environ[key] = f"{environ[key]},{value}" if key in environ else value
    status = []
    answer = b"".join(app(environ, lambda line, *_: status.append(int(line.split()[0]))))
    return status[0], answer.decode()


async def call_asgi(app: Any, headers: Headers, body: bytes) -> tuple[int, str]:
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "POST",
        "scheme": "http",
        "path": "/hook",
        "raw_path": b"/hook",
        "query_string": b"",
        "headers": [(name.lower().encode(), value.encode()) for name, value in headers],
    }
    messages = [{"type": "http.request", "body": body, "more_body": False}]
    sent: list[Any] = []

    async def receive() -> Any:
        # The sender does not disconnect.
        return messages.pop() if messages else await asyncio.Event().wait()

    async def send(message: Any) -> None:
        sent.append(message)

    await app(scope, receive, send)
    return sent[0]["status"], b"".join(message.get("body", b"") for message in sent).decode()


def main() -> None:
    module, _, name = sys.argv[1].partition(":")
    app = getattr(importlib.import_module(module), name)
    answers = []
    for headers, body in json.load(sys.stdin):
        if name in ("asgi", "app") and "flask" not in module:
            answers.append(asyncio.run(call_asgi(app, headers, body.encode())))
        else:
            answers.append(call_wsgi(app, headers, body.encode()))
    json.dump({"answers": answers, **SEEN}, sys.stdout)


main()
