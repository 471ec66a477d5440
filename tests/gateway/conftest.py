"""Both proxies, each started once for the tests that do not change it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from backend import Backend
from proxies import KINDS, Envoy, Traefik, running, without_whole


@pytest.fixture(scope="session")
def backend() -> Iterator[Backend]:
    backend = Backend()
    yield backend
    backend.close()


@pytest.fixture(scope="session", params=KINDS)
def gateway(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, backend: Backend
) -> Iterator[Envoy | Traefik]:
    """A proxy with the configuration of the example."""
    folder: Path = tmp_path_factory.mktemp(request.param)
    with running(request.param, folder, backend.port) as started:
        yield started


@pytest.fixture(scope="session", params=KINDS)
def bare(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, backend: Backend
) -> Iterator[Envoy | Traefik]:
    """A proxy without the middleware that receives the body first: the filter meets slow clients itself."""
    folder: Path = tmp_path_factory.mktemp(f"bare-{request.param}")
    with running(request.param, folder, backend.port, "", without_whole) as started:
        yield started
