"""What goes wrong at a gateway: large bodies, clients that hang up or are slow, and configurations that are wrong."""

import gzip
import socket
from functools import partial
from pathlib import Path

import pytest
from backend import Backend
from client import (
    NEW_SECRET, PATH, Delivery, connect, event, forged, genuine, large_event, receive, send, send2, signed,
)
from proxies import KINDS, LIMIT, RULE, SECRETS, Envoy, Traefik, config, get, running, without_whole

def test_a_body_over_the_proxys_buffer_is_refused(gateway: Envoy | Traefik, backend: Backend) -> None:
    before, body = backend.seen(), large_event(2 * LIMIT)
    for chunk in [0, 65536]:
        assert send(gateway.port, genuine(body, chunk=chunk))[0] == 413
    assert send2(gateway.port, genuine(body))[0] == 413
    assert backend.seen() == before


@pytest.mark.parametrize("name", KINDS)
def test_a_limit_of_a_rule_is_below_that_of_the_proxy(name: str, backend: Backend, tmp_path: Path) -> None:
    with running(name, tmp_path, backend.port, config({"limits": {"max_body": 1000}}), without_whole) as gateway:
        before = backend.seen()
        for chunk in [0, 10]:
            status, answer = send(gateway.port, genuine(large_event(1001), chunk=chunk))
            assert status == 413 and b'{"error":"body_too_large"}' in answer
        assert backend.seen() == before
        assert send(gateway.port, genuine(large_event(1000)))[0] == 200


def test_clients_that_hang_up_leave_nothing_behind(bare: Envoy | Traefik, backend: Backend) -> None:
    before, whole = backend.seen(), genuine(event()).http1()
    # So many calls that the host ends in their middle would use up the stack if each left something on it.
    for _ in range(3000):
        with connect(bare.port) as connection:
            connection.sendall(whole[:-40])
    assert backend.seen() == before
    for _ in range(20):
        assert send(bare.port, genuine(event()))[0] == 200
        assert send(bare.port, forged(event()))[0] == 401
    assert backend.seen()[2] == before[2] + 20


def test_two_hundred_slow_clients_at_once_are_all_served(bare: Envoy | Traefik, backend: Backend) -> None:
    before = backend.seen()
    waiting: list[tuple[socket.socket, bytes, int]] = []
    for number in range(200):
        is_genuine = number % 2 == 0
        body = event(event_id=f"evt-{number}")
        request = (genuine(body) if is_genuine else forged(body)).http1()
        connection = connect(bare.port)
        connection.sendall(request[:-100])
        waiting.append((connection, request[-100:], 200 if is_genuine else 401))
    # Another one does not wait for them.
    assert send(bare.port, genuine(event()))[0] == 200
    assert backend.seen()[2] == before[2] + 1
    for part in [slice(0, 50), slice(50, 100)]:
        for connection, rest, _ in waiting:
            connection.sendall(rest[part])
    for connection, _, expected in waiting:
        with connection:
            assert receive(connection)[0] == expected
    assert backend.seen()[2] == before[2] + 101


@pytest.mark.parametrize("name", KINDS)
def test_secrets_are_rotated_without_losing_a_delivery(name: str, backend: Backend, tmp_path: Path) -> None:
    old, new = {"env": "CONTIO_SECRET"}, {"env": "CONTIO_NEXT"}
    with running(name, tmp_path, backend.port) as gateway:
        for secrets, accepted, refused in [
            ([new, old], [(NEW_SECRET, "0"), (SECRETS["CONTIO_SECRET"], "1")], []),
            ([new], [(NEW_SECRET, "0")], [SECRETS["CONTIO_SECRET"]]),
        ]:
            loads = loaded(gateway)
            gateway.configure(config({"secrets": secrets}))
            sent = 0
            # What both configurations accept is accepted while one replaces the other.
            in_both = SECRETS["CONTIO_SECRET"] if refused == [] else NEW_SECRET
            while loaded(gateway) == loads or sent < 20:
                assert send(gateway.port, genuine(event(), in_both))[0] == 200
                sent += 1
            gateway.wait(lambda: send(gateway.port, genuine(event(), NEW_SECRET))[0] == 200, "taken the new secret")
            gateway.wait(
                lambda: all(send(gateway.port, genuine(event(), secret))[0] == 401 for secret in refused),
                "forgotten the old secret",
            )
            for secret, index in accepted:
                assert send(gateway.port, genuine(event(), secret))[0] == 200
                assert backend.last().header("x-hookseal-secret") == [index]


def loaded(gateway: Envoy | Traefik) -> int:
    return gateway.updates()["success"] if isinstance(gateway, Envoy) else gateway.loads()


ED25519 = {
    "name": "public",
    "signature": {"header": "X-Signature", "encoding": "hex", "ed25519": True},
    "signed": "{body}",
}
WRONG = {
    "a scheme that does not exist": (config({"scheme": "contoi"}), "rules[0].scheme: ", "(line 5, "),
    "a variable that is not set": (config({"secrets": [{"env": "NONE"}]}), "the variable NONE", "(line 8, "),
    "a file that is missing": (config({"secrets": [{"file": "/secrets/none"}]}), "rules[0].secrets[0]: ", "(line 8, "),
    "an unknown member": (config(enforced=True), "enforced: there is no such member", "(line 2, "),
    "a preset of ed25519": (config({"scheme": "discord"}), "rules[0].scheme: ed25519 signs the whole", "(line 5, "),
    "a scheme of ed25519": (config({"scheme": ED25519}), "rules[0].scheme.signature: ed25519 signs the", "(line 5, "),
    "no JSON": ("rules: []\n", "it is not JSON", "(line 1, "),
}


def has_logged(gateway: Envoy | Traefik, messages: list[str]) -> bool:
    log = gateway.log()
    return all(text in log for text in messages)


def has_rejected(gateway: Envoy, times: int) -> bool:
    return gateway.updates()["rejected"] == times


def test_traefik_refuses_everything_while_its_configuration_is_wrong(backend: Backend, tmp_path: Path) -> None:
    first = next(iter(WRONG.values()))[0]
    with running("traefik", tmp_path, backend.port, first) as gateway:
        before = backend.seen()
        for text, *messages in WRONG.values():
            gateway.configure(text)
            gateway.wait(partial(has_logged, gateway, messages), "said what is wrong")
            for path in [PATH, "/other"]:
                assert send(gateway.port, genuine(event(), path=path)) == (500, b'{"error":"invalid_configuration"}')
        assert backend.seen() == before
        gateway.configure(config({"secrets": [{"file": "/secrets/contio"}]}))
        gateway.wait(lambda: send(gateway.port, genuine(event()))[0] == 200, "taken a right configuration")


def test_envoy_keeps_its_configuration_until_it_gets_a_right_one(backend: Backend, tmp_path: Path) -> None:
    with running("envoy", tmp_path, backend.port) as gateway:
        assert isinstance(gateway, Envoy)
        for refused, (text, *messages) in enumerate(WRONG.values(), 1):
            gateway.configure(text)
            gateway.wait(partial(has_rejected, gateway, refused), "refused a configuration")
            gateway.wait(partial(has_logged, gateway, messages), "said what is wrong")
            assert send(gateway.port, genuine(event()))[0] == 200
            assert send(gateway.port, forged(event()))[0] == 401


def test_envoy_that_starts_with_a_wrong_configuration_accepts_no_connection(backend: Backend, tmp_path: Path) -> None:
    text = config({"scheme": "contoi"})
    with running("envoy", tmp_path, backend.port, text) as gateway:
        with pytest.raises(ConnectionError):
            connect(gateway.port)
        assert "(line 5, " in gateway.log()


def test_a_decompressor_in_front_changes_what_was_signed(backend: Backend, tmp_path: Path) -> None:
    def with_decompressor(text: str) -> str:
        extensions = "type.googleapis.com/envoy.extensions"
        decompressor = f"""\
                  - name: envoy.filters.http.decompressor
                    typed_config:
                      "@type": {extensions}.filters.http.decompressor.v3.Decompressor
                      decompressor_library:
                        name: gzip
                        typed_config:
                          "@type": {extensions}.compression.gzip.decompressor.v3.Gzip
"""
        return text.replace("http_filters:\n", f"http_filters:\n{decompressor}")

    body = event()
    packed = gzip.compress(body)
    encoding = ("Content-Encoding", "gzip")
    sent = Delivery([*signed(packed), encoding], packed)
    inner = Delivery([*signed(body), encoding], packed)
    with running("envoy", tmp_path, backend.port, "", with_decompressor) as gateway:
        before = backend.seen()
        assert send(gateway.port, sent)[0] == 401
        assert backend.seen() == before
        assert send(gateway.port, inner)[0] == 200
        assert backend.last().body == body


@pytest.mark.parametrize("name", KINDS)
def test_in_mark_mode_the_backend_is_told_what_is_wrong(name: str, backend: Backend, tmp_path: Path) -> None:
    spoofed = [("x-hookseal-verdict", "genuine"), ("X_HOOKSEAL_VERDICT", "genuine"), ("x-hookseal-key", "1")]
    with running(name, tmp_path, backend.port, config(enforce=False, unmatched="pass")) as gateway:
        for delivery, verdict in [
            (genuine(event()), ["genuine"]),
            (forged(event()), ["signature_mismatch"]),
            (forged(event(), chunk=7), ["signature_mismatch"]),
            (Delivery([], b"", method="GET"), ["missing_header"]),
            (forged(event(), path="/other"), []),
        ]:
            delivery.headers.extend(spoofed)
            for sender in (send, send2):
                assert sender(gateway.port, delivery)[0] == 200
                request = backend.last()
                assert (request.header("x-hookseal-verdict"), request.body) == (verdict, delivery.body)
                assert b"x_hookseal" not in request.head.lower()
                assert request.header("x-hookseal-key") == (["0.6.contio5.evt-1"] if verdict == ["genuine"] else [])


def test_a_proxy_counts_what_is_decided(gateway: Envoy | Traefik) -> None:
    """Envoy by the filter's counters, and Traefik by the status of each answer."""
    before = counted(gateway)
    for delivery in [genuine(event()), genuine(event()), forged(event()), genuine(event(), path="/other")]:
        send(gateway.port, delivery)
    envoy = {"genuine": 2, "refused_signature_mismatch": 1, "refused_no_rule": 1}
    traefik = {"200": 2, "401": 1, "404": 1}
    expected = envoy if isinstance(gateway, Envoy) else traefik

    def since() -> dict[str, int]:
        now = counted(gateway)
        return {name: now[name] - before.get(name, 0) for name in now if now[name] != before.get(name)}

    gateway.wait(lambda: since() == expected, f"counted {expected}")


def counted(gateway: Envoy | Traefik) -> dict[str, int]:
    return gateway.counters() if isinstance(gateway, Envoy) else gateway.statuses()


def test_no_page_and_no_log_shows_a_secret(gateway: Envoy | Traefik) -> None:
    send(gateway.port, forged(event()))
    shown = gateway.log()
    if isinstance(gateway, Envoy):
        shown += "".join(get(gateway.admin, page) for page in ["/config_dump?include_eds", "/stats", "/server_info"])
        assert "CONTIO_SECRET" in shown
    else:
        shown += get(gateway.admin, "/metrics")
    assert not any(secret in shown for secret in SECRETS.values())
    assert RULE["secrets"] == [{"env": "CONTIO_SECRET"}]
