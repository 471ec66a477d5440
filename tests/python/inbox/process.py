"""Receivers and workers that are killed: `python -m inbox.process PLACE PORT LOG`.

Each line on its standard input starts one, whose process id it prints: `receive`, or `work` and a variant. They are
forks of this process, which has imported everything and opened nothing. Workers write to LOG, one line each, when a
handler starts and when it is done.

The variant `transaction` ends a delivery within a transaction of the handler's; `hang` never ends one; `abort` ends the
process for events whose id begins with `poison`, after three attempts.
"""

import json
import os
import signal
import sqlite3
import sys
import time
from contextlib import closing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import psycopg
from hookseal import WebhookVerificationError, WebhookVerifier
from hookseal.inbox import Inbox, Received
from inbox.places import Place
from once.stores import dsn
from once.support import SECRET

# How long a worker on a server is waited for, so that what was killed is soon taken over. In a file it is not.
LEASE = 1.0
VERIFIER = WebhookVerifier(SECRET)


def main() -> None:
    place, port, log = Place(*json.loads(sys.argv[1])), int(sys.argv[2]), sys.argv[3]
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            word, *variant = line.split()
            if word == "receive":
                receive(place, port)
            else:
                work(place, variant[0], log)
        print(child, flush=True)


def opened(place: Place, **options: Any) -> Inbox:
    lease = 45.0 if place.kind == "sqlite" else LEASE
    return place.open(**{"lease": lease, "attempts": 1000, "poll": 0.1, "on_notice": lambda _: None, **options})


def receive(place: Place, port: int) -> None:
    inbox = opened(place)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            try:
                inbox.put(VERIFIER.verify(self.headers, body))
                status = 200
            except WebhookVerificationError as error:
                status = error.status
            self.send_response(status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    while True:
        try:
            server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
            break
        except OSError:
            # The one that was killed still has the port for a moment.
            time.sleep(0.005)
    server.serve_forever()


def work(place: Place, variant: str, path: str) -> None:
    log = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)

    def say(word: str, id: str) -> None:
        # One write is one line, even if others write too.
        os.write(log, f"{word} {id}\n".encode())

    def effect(received: Received, id: str) -> None:
        """The handler's own write, and the end of the delivery, in one transaction."""
        if place.kind == "sqlite":
            with closing(sqlite3.connect(place.path, timeout=5, isolation_level=None)) as connection:
                connection.execute("BEGIN IMMEDIATE")
                connection.execute("INSERT INTO effects (id) VALUES (?)", (id,))
                received.finish_in(connection)
                connection.execute("COMMIT")
        else:
            with psycopg.connect(dsn(place.port)) as own:
                own.execute("INSERT INTO effects (id) VALUES (%s)", (id,))
                received.finish_in(own)

    def handle(received: Received) -> None:
        id = received.event_id or ""
        say("start", id)
        if variant == "hang":
            time.sleep(3600)
        if variant == "abort" and id.startswith("poison"):
            os.abort()
        time.sleep(0.005)
        if variant == "transaction":
            effect(received, id)
        say("done", id)

    options = {"attempts": 3} if variant == "abort" else {}
    opened(place, **options).work(handle, concurrency=8)
    while True:
        time.sleep(3600)


if __name__ == "__main__":
    main()
