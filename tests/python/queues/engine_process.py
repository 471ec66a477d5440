"""A process over a queue for Python, which `queues/losses.mjs` of the tests for JavaScript starts and kills:

    python -m queues.engine_process prepare ENGINE ADDRESS
    python -m queues.engine_process receiver ENGINE ADDRESS PORT
    python -m queues.engine_process worker ENGINE ADDRESS LOG
    python -m queues.engine_process left ENGINE ADDRESS

The worker writes to LOG, one line each, when it is there, when a handler starts and when it is done, with its process
and the time. `left` prints the ids of the events in the queue: those that the queue says it will still hand out, and
those that it will not. The secret and the time of the deliveries are in HOOKSEAL_LOSSES, as JSON.
"""

import asyncio
import json
import logging
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple

import huey
import procrastinate
import psycopg
from hookseal import Delivery, WebhookVerificationError, WebhookVerifier
from hookseal.queue import hand_over
from once.stores import dsn

# What a handler takes, in seconds, and how many run at once: as in the processes for JavaScript.
TAKES, CONCURRENCY = 0.2, 8

Handle = Callable[[str], None]
Send = Callable[[str], object]
Left = dict[str, list[str]]


class Engine(NamedTuple):
    prepare: Callable[[Any], None]
    # What puts the id of an event into the queue.
    sending: Callable[[Any], AbstractContextManager[Send]]
    # Calls a function with the ids, without end.
    work: Callable[[Any, Handle], object]
    left: Callable[[Any], Left]


def jobs(connector: Any, handle: Handle) -> procrastinate.App:
    """The tasks of the recipe, which retries what has stalled."""
    app = procrastinate.App(connector=connector)

    @app.task(name="work", retry=procrastinate.RetryStrategy(max_attempts=12, exponential_wait=5))
    def work(id: str) -> None:
        handle(id)

    @app.periodic(cron="* * * * *")
    @app.task(name="retry_stalled", queueing_lock="retry_stalled", pass_context=True)
    async def retry_stalled(context: procrastinate.JobContext, timestamp: int) -> None:
        for job in await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=30):
            await app.job_manager.retry_job(job)

    return app


def synchronous(port: int) -> Any:
    return procrastinate.SyncPsycopgConnector(conninfo=dsn(port), max_size=8)


def procrastinate_prepare(port: int) -> None:
    with jobs(synchronous(port), print).open() as app:
        app.schema_manager.apply_schema()


@contextmanager
def procrastinate_sending(port: int) -> Iterator[Send]:
    with jobs(synchronous(port), print).open() as app:

        def send(id: str) -> None:
            try:
                app.configure_task("work", queueing_lock=id).defer(id=id)
            except procrastinate.exceptions.AlreadyEnqueued:
                pass

        yield send


def procrastinate_work(port: int, handle: Handle) -> None:
    async def run() -> None:
        app = jobs(procrastinate.PsycopgConnector(conninfo=dsn(port)), handle)
        async with app.open_async():
            await app.run_worker_async(concurrency=CONCURRENCY, fetch_job_polling_interval=0.5)

    asyncio.run(run())


def procrastinate_left(port: int) -> Left:
    query = "SELECT args->>'id', status FROM procrastinate_jobs WHERE task_name = 'work' AND status <> 'succeeded'"
    with psycopg.connect(dsn(port)) as connection:
        found = connection.execute(query).fetchall()
    dead = {"failed", "cancelled", "aborted"}
    return {
        "waiting": [id for id, status in found if status not in dead],
        "dead": [id for id, status in found if status in dead],
    }


def in_file(path: str, handle: Handle) -> tuple[huey.SqliteHuey, Any]:
    """A queue that syncs what it stores."""
    queue = huey.SqliteHuey("contio", filename=path, fsync=True)

    @queue.task(retries=11, retry_delay=5)
    def work(id: str) -> None:
        handle(id)

    return queue, work


def huey_work(path: str, handle: Handle) -> None:
    in_file(path, handle)[0].create_consumer(workers=CONCURRENCY, max_delay=0.5).run()


def huey_left(path: str) -> Left:
    queue, _ = in_file(path, print)
    return {"waiting": [task.args[0] for task in [*queue.pending(), *queue.scheduled()]], "dead": []}


@contextmanager
def huey_sending(path: str) -> Iterator[Send]:
    yield in_file(path, print)[1]


ENGINES = {
    "procrastinate": Engine(procrastinate_prepare, procrastinate_sending, procrastinate_work, procrastinate_left),
    "huey": Engine(lambda path: in_file(path, print), huey_sending, huey_work, huey_left),
}


def receive(engine: Engine, address: Any, port: int) -> None:
    settings = json.loads(os.environ["HOOKSEAL_LOSSES"])
    verifier = WebhookVerifier(settings["secret"], now=settings["now"])

    def send(delivery: Delivery, key: str) -> None:
        put(delivery.event()["event_id"])

    over = hand_over(send, scope="contio", timeout=20, on_notice=lambda _: None)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            status = 200
            try:
                over.put(verifier.verify(self.headers, body))
            except WebhookVerificationError as error:
                status = error.status
            self.send_response(status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with engine.sending(address) as put:
        while True:
            try:
                server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
                break
            except OSError:
                # The one that was killed still has the port for a moment.
                time.sleep(0.005)
        with closing(server.socket):
            server.serve_forever()


def work(engine: Engine, address: Any, path: str) -> None:
    log = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)

    def say(word: str, id: str) -> None:
        # One write is one line, even if others write too.
        os.write(log, f"{word} {id} {os.getpid()} {time.time() * 1000:.0f}\n".encode())

    def handle(id: str) -> None:
        say("start", id)
        time.sleep(TAKES)
        say("done", id)

    say("up", "-")
    engine.work(address, handle)


def main() -> None:
    # Of clients that wait for their server to start.
    logging.disable()
    what, name, address, *rest = sys.argv[1:]
    engine, where = ENGINES[name], json.loads(address)
    match what:
        case "prepare":
            engine.prepare(where)
        case "receiver":
            receive(engine, where, int(rest[0]))
        case "worker":
            work(engine, where, rest[0])
        case _:
            print(json.dumps(engine.left(where)))


if __name__ == "__main__":
    main()
