"""Both proxies, each started once for the tests that do not change it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from backend import Backend
from proxies import KINDS, Envoy, Traefik, running


@pytest.fixture(scope="session")
def backend() -> Iterator[Backend]:
    backend = Backend()
    yield backend
    backend.close()


@pytest.fixture(scope="session", params=KINDS)
def gateway(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, backend: Backend) -> Iterator[Envoy | Traefik]:
    """A proxy with the configuration of the example."""
    folder: Path = tmp_path_factory.mktemp(request.param)
    with running(request.param, folder, backend.port) as started:
        yield started
