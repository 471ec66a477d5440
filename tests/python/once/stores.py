"""Stores of `hookseal.once`, on real servers that the tests start on free loopback ports."""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import psycopg
import redis
from hookseal.once import MemoryStore, SQLiteStore
from hookseal.once.postgres import AsyncPostgresStore, PostgresStore
from hookseal.once.redis import AsyncRedisStore, RedisStore

WAIT = 30.0


class Server:
    """A server process, and how to reach it."""

    def __init__(self, process: "subprocess.Popen[bytes]", port: int) -> None:
        self.process = process
        self.port = port


def free_port() -> int:
    with socket.socket() as own:
        own.bind(("127.0.0.1", 0))
        port: int = own.getsockname()[1]
        return port


def program(name: str) -> str:
    """The path of a server: Debian does not put PostgreSQL's on PATH."""
    versions = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))
    found = shutil.which(name) or (str(versions[-1]) if versions else None)
    assert found, f"{name} is not installed: run `cargo xtask test once`, which installs it"
    return found


def other_user() -> dict[str, Any]:
    """PostgreSQL refuses to run as root."""
    if os.getuid() != 0:
        return {}
    entry = next(
        pwd.getpwnam(name) for name in ("postgres", "nobody") if name in {user.pw_name for user in pwd.getpwall()}
    )
    return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}


@contextmanager
def running(command: list[str], port: int, is_ready: Callable[[], object], **options: Any) -> Iterator[Server]:
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **options)
    try:
        end = time.monotonic() + WAIT
        while True:
            try:
                is_ready()
                break
            except Exception:
                assert process.poll() is None and time.monotonic() < end, f"{command[0]} did not start"
                time.sleep(0.02)
        yield Server(process, port)
    finally:
        process.kill()
        process.wait()


@contextmanager
def redis_server(*options: str) -> Iterator[Server]:
    with tempfile.TemporaryDirectory() as folder:
        port = free_port()
        command = [program("redis-server"), "--port", str(port), "--bind", "127.0.0.1", "--dir", folder, "--save", ""]
        with running([*command, *options], port, lambda: redis.Redis(port=port, retry=None).ping()) as server:
            yield server


@contextmanager
def postgres_server(fsync: str = "off") -> Iterator[Server]:
    # Not below pytest's folders, which another user cannot enter.
    with tempfile.TemporaryDirectory() as folder:
        user = other_user()
        if user:
            os.chown(folder, user["user"], user["group"])
        data = f"{folder}/data"
        init = [program("initdb"), "-D", data, "-U", "hookseal", "-A", "trust", "--no-sync", "-E", "UTF8", "--locale=C"]
        subprocess.run(init, check=True, stdout=subprocess.DEVNULL, cwd=folder, **user)
        port = free_port()
        settings = {
            "listen_addresses": "127.0.0.1",
            "unix_socket_directories": folder,
            "max_connections": "200",
            # The tests kill processes, and not the machine.
            "fsync": fsync,
        }
        command = [program("postgres"), "-D", data, "-p", str(port)]
        command += [f"--{name}={value}" for name, value in settings.items()]
        with running(command, port, lambda: psycopg.connect(dsn(port)).close(), cwd=folder, **user) as server:
            yield server


def dsn(port: int) -> str:
    return f"host=127.0.0.1 port={port} user=hookseal dbname=postgres connect_timeout=2"


class Place(NamedTuple):
    """Where a store is, so that other processes can open it too."""

    kind: str
    path: str = ""
    port: int = 0

    def open(self, **options: Any) -> Any:
        """Opens the store."""
        match self.kind:
            case "memory":
                return MemoryStore()
            case "sqlite":
                return SQLiteStore(self.path, **options)
            case "postgres":
                return PostgresStore(lambda: psycopg.connect(dsn(self.port)), **options)
            case _:
                return RedisStore(redis.Redis(port=self.port), **options)

    def open_async(self, **options: Any) -> Any:
        """The same for an event loop."""
        match self.kind:
            case "postgres":
                return AsyncPostgresStore(lambda: _connecting(self.port), **options)
            case "redis":
                return AsyncRedisStore(redis.asyncio.Redis(port=self.port), **options)
            case _:
                return self.open(**options)

    def empty(self) -> None:
        """Deletes what is in it."""
        if self.kind == "sqlite":
            for path in Path(self.path).parent.glob(Path(self.path).name + "*"):
                path.unlink()
        if self.kind == "postgres":
            with psycopg.connect(dsn(self.port), autocommit=True) as connection:
                connection.execute("DROP TABLE IF EXISTS hookseal_once, hookseal_once_store, effects")
        if self.kind == "redis":
            redis.Redis(port=self.port).flushall()


class _connecting:
    """psycopg connects asynchronously before it can be used as a context manager."""

    def __init__(self, port: int) -> None:
        self._port = port

    async def __aenter__(self) -> "psycopg.AsyncConnection[Any]":
        self._connection = await psycopg.AsyncConnection.connect(dsn(self._port))
        return self._connection

    async def __aexit__(self, *_: object) -> None:
        await self._connection.close()
