"""A receiver that is killed: `python -m once.receiver PLACE VARIANT PORT LOG`.

It writes to LOG, one line each, when a handler starts, when it is done, and when the claim was finished. Each line on
its standard input starts another receiver, whose process id it prints: a fork of this process, which has imported
everything and opened nothing.
"""

import json
import os
import signal
import sqlite3
import sys
import time
from contextlib import closing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import psycopg
from hookseal import WebhookVerificationError, WebhookVerifier
from hookseal.once import Attempt, Notice, Once
from once.sender import SPEED
from once.stores import Place, dsn

# The default, shortened like the sandbox's waits.
LEASE = 45 / SPEED
VERIFIER = WebhookVerifier(os.environ["HOOKSEAL_TEST_SECRET"])


def main() -> None:
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    for _ in sys.stdin:
        child = os.fork()
        if child == 0:
            receive()
        print(child, flush=True)


def receive() -> None:
    place, variant, port, path = Place(*json.loads(sys.argv[1])), sys.argv[2], int(sys.argv[3]), sys.argv[4]
    log = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    lost: set[str] = set()

    def notice(notice: Notice) -> None:
        if notice.key and notice.name in ("claim_lost", "store_unavailable"):
            lost.add(notice.key.id)

    once = Once(place.open(), scope="test", lease=LEASE, on_notice=notice)

    def say(word: str, id: str) -> None:
        # One write is one line, even if others write too.
        os.write(log, f"{word} {id}\n".encode())

    def effect(first: Attempt, id: str) -> None:
        """The handler's own write, and the end of the claim, in one transaction."""
        if place.kind == "sqlite":
            with closing(sqlite3.connect(place.path, timeout=5)) as connection, connection:
                connection.execute("INSERT INTO effects (id) VALUES (?)", (id,))
                first.finish_in(connection)
        else:
            with psycopg.connect(dsn(place.port)) as connection:
                connection.execute("INSERT INTO effects (id) VALUES (%s)", (id,))
                first.finish_in(connection)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            delivery = VERIFIER.verify(self.headers, body)
            id = delivery.event()["event_id"]
            try:
                with once(delivery) as first:
                    if first:
                        lost.discard(id)
                        say("start", id)
                        time.sleep(0.005)
                        if variant == "transaction":
                            effect(first, id)
                        say("done", id)
                if first and id not in lost:
                    say("finished", id)
                status = 200
            except WebhookVerificationError as error:
                status = error.status
            self.send_response(status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    class Server(ThreadingHTTPServer):
        request_queue_size = 64

    while True:
        try:
            server = Server(("127.0.0.1", port), Handler)
            break
        except OSError:
            # The one that was killed still has the port for a moment.
            time.sleep(0.005)
    server.serve_forever()


main()
