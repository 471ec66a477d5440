"""The stores, as fixtures."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from once.stores import Place, postgres_server, redis_server

KINDS = ["memory", "sqlite", "postgres", "redis"]


@pytest.fixture(scope="session")
def redis_port() -> Iterator[int]:
    with redis_server("--appendonly", "yes") as server:
        yield server.port


@pytest.fixture(scope="session")
def postgres_port() -> Iterator[int]:
    with postgres_server() as server:
        yield server.port


def place_of(kind: str, request: pytest.FixtureRequest, folder: Path) -> Place:
    place = Place(kind, str(folder / "once.db"))
    if kind in ("postgres", "redis"):
        place = Place(kind, port=request.getfixturevalue(f"{kind}_port"))
    place.empty()
    return place


@pytest.fixture(params=KINDS)
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    """An empty store of each kind."""
    return place_of(request.param, request, tmp_path)


@pytest.fixture(params=KINDS[1:])
def shared(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    """An empty store of each kind that processes share."""
    return place_of(request.param, request, tmp_path)
