"""The engines of the recipes, started on free loopback ports, and what a stranger who can write to them does there."""

import asyncio
import os
import signal
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

import aio_pika
import boto3
import nats
from celery import Celery
from once.stores import Server, free_port, postgres_server, program, redis_server, running

Start = Callable[[], AbstractContextManager[tuple[Server, dict[str, str]]]]


class Engine(NamedTuple):
    start: Start
    # Puts a text into the queue.
    send: Callable[[dict[str, str], str], None]
    # The words that start the worker.
    worker: list[str]
    # What makes the engine ready for the recipe.
    prepare: list[str] = []


@contextmanager
def _redis() -> Iterator[tuple[Server, dict[str, str]]]:
    with redis_server("--appendonly", "yes", "--appendfsync", "always") as server:
        yield server, {"REDIS_URL": f"redis://127.0.0.1:{server.port}"}


@contextmanager
def _postgres() -> Iterator[tuple[Server, dict[str, str]]]:
    with postgres_server() as server:
        yield server, {"DATABASE_URL": f"postgresql://hookseal@127.0.0.1:{server.port}/postgres"}


@contextmanager
def _nats() -> Iterator[tuple[Server, dict[str, str]]]:
    with TemporaryDirectory() as folder:
        port = free_port()
        settings = Path(folder) / "nats.conf"
        settings.write_text(
            f'listen: "127.0.0.1:{port}"\njetstream {{ store_dir: "{folder}/store", sync_interval: always }}\n'
        )
        url = f"nats://127.0.0.1:{port}"

        async def is_ready() -> None:
            client = await nats.connect(url, connect_timeout=1, allow_reconnect=False)
            await client.jetstream().account_info()
            await client.close()

        command = [str(Path(sys.executable).parent / "nats-server"), "-c", str(settings)]
        with running(command, port, lambda: asyncio.run(is_ready())) as server:
            yield server, {"NATS_URL": url}


# Debian's program on PATH changes the user, and loses the environment.
_RABBITMQ = "/usr/lib/rabbitmq/bin/rabbitmq-server"


@contextmanager
def _rabbitmq() -> Iterator[tuple[Server, dict[str, str]]]:
    with TemporaryDirectory() as folder:
        port, peers, names = free_port(), free_port(), free_port()
        environment = {
            **os.environ,
            "HOME": folder,
            "ERL_EPMD_PORT": str(names),
            "ERL_EPMD_ADDRESS": "127.0.0.1",
            "RABBITMQ_NODENAME": f"hookseal{port}@localhost",
            "RABBITMQ_NODE_IP_ADDRESS": "127.0.0.1",
            "RABBITMQ_NODE_PORT": str(port),
            "RABBITMQ_DIST_PORT": str(peers),
            "RABBITMQ_MNESIA_BASE": f"{folder}/data",
            "RABBITMQ_LOG_BASE": f"{folder}/log",
            "RABBITMQ_ENABLED_PLUGINS_FILE": f"{folder}/plugins",
            "RABBITMQ_PID_FILE": f"{folder}/pid",
        }
        url = f"amqp://guest:guest@127.0.0.1:{port}/"

        async def is_ready() -> None:
            await (await aio_pika.connect(url, timeout=2)).close()

        options: dict[str, Any] = {"env": environment, "start_new_session": True}
        # Erlang's server of names, which it would leave running if it started it itself.
        with running([program("epmd")], names, lambda: None, **options):
            with running([_RABBITMQ], port, lambda: asyncio.run(is_ready()), **options) as server:
                try:
                    yield server, {"AMQP_URL": url}
                finally:
                    kill(server)


def kill(server: Server) -> None:
    """Kills a server, and what it started: RabbitMQ's is a script that starts Erlang."""
    if server.process.poll() is None and os.getpgid(server.process.pid) == server.process.pid:
        os.killpg(server.process.pid, signal.SIGKILL)
    server.process.kill()
    server.process.wait()


@contextmanager
def _sqs() -> Iterator[tuple[Server, dict[str, str]]]:
    port = free_port()
    endpoint = f"http://127.0.0.1:{port}"
    command = [str(Path(sys.executable).parent / "moto_server"), "-H", "127.0.0.1", "-p", str(port)]
    credentials = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_DEFAULT_REGION": "eu-central-1"}
    os.environ.update(credentials)
    ready = lambda: urllib.request.urlopen(endpoint + "/moto-api/", timeout=2).read()  # noqa: E731
    with running(command, port, ready) as server:
        made = boto3.client("sqs", endpoint_url=endpoint).create_queue(
            QueueName="contio.fifo", Attributes={"FifoQueue": "true"}
        )
        yield server, {**credentials, "SQS_ENDPOINT": endpoint, "QUEUE_URL": made["QueueUrl"]}


def _send_celery(environment: dict[str, str], text: str) -> None:
    Celery("contio", broker=environment["REDIS_URL"]).send_task("tasks.work", [text])


def _send_procrastinate(environment: dict[str, str], text: str) -> None:
    import procrastinate

    app = procrastinate.App(connector=procrastinate.SyncPsycopgConnector(conninfo=environment["DATABASE_URL"]))
    with app.open():
        app.configure_task("work").defer(text=text)


def _send_nats(environment: dict[str, str], text: str) -> None:
    async def send() -> None:
        client = await nats.connect(environment["NATS_URL"])
        await client.jetstream().publish("contio", text.encode())
        await client.close()

    asyncio.run(send())


def _send_rabbitmq(environment: dict[str, str], text: str) -> None:
    async def send() -> None:
        async with await aio_pika.connect(environment["AMQP_URL"]) as connection:
            channel = await connection.channel()
            await channel.default_exchange.publish(aio_pika.Message(text.encode()), routing_key="contio")

    asyncio.run(send())


def _send_sqs(environment: dict[str, str], text: str) -> None:
    id = str(time.time_ns())
    sqs = boto3.client("sqs", endpoint_url=environment["SQS_ENDPOINT"])
    sqs.send_message(QueueUrl=environment["QUEUE_URL"], MessageBody=text, MessageGroupId=id, MessageDeduplicationId=id)


ENGINES = {
    "celery": Engine(
        _redis,
        _send_celery,
        ["-m", "celery", "--app", "tasks", "worker", "--pool", "solo", "--loglevel", "INFO"],
    ),
    "procrastinate": Engine(
        _postgres,
        _send_procrastinate,
        ["worker.py"],
        ["-m", "procrastinate", "--app", "tasks.app", "schema", "--apply"],
    ),
    "jetstream": Engine(_nats, _send_nats, ["worker.py"]),
    "rabbitmq": Engine(_rabbitmq, _send_rabbitmq, ["worker.py"]),
    "sqs": Engine(_sqs, _send_sqs, ["worker.py"]),
}
