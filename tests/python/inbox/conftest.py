"""The databases, as fixtures."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from inbox.places import Place
from once.stores import postgres_server


@pytest.fixture(scope="session")
def postgres_port() -> Iterator[int]:
    with postgres_server() as server:
        yield server.port


@pytest.fixture(params=["sqlite", "postgres"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    """An empty database of each kind."""
    found = Place("sqlite", str(tmp_path / "inbox.db"))
    if request.param == "postgres":
        found = Place("postgres", port=request.getfixturevalue("postgres_port"))
    found.empty()
    return found


@pytest.fixture
def file(tmp_path: Path) -> Place:
    return Place("sqlite", str(tmp_path / "inbox.db"))


@pytest.fixture
def server(postgres_port: int) -> Place:
    place = Place("postgres", port=postgres_port)
    place.empty()
    return place
