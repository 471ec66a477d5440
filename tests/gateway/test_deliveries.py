"""Of a forged delivery the backend sees nothing, and a genuine one arrives byte for byte."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from backend import Backend
from client import Delivery, event, forged, genuine, large_event, send, send2, signed
from proxies import Envoy, Traefik

SENDERS = {"http1": send, "http2": send2}
SHAPES = {
    "small": lambda: event(),
    "large": lambda: large_event(900_000),
    "escaped": lambda: event(event_id='a"\\\u00e9 b', event_type="x" * 300),
}
HOW: dict[str, dict[str, Any]] = {
    "whole": {},
    "chunked": {"chunk": 777},
    "trailers": {"trailers": [("x-checksum", "1"), ("x-hookseal-verdict", "genuine")]},
}

Sender = Callable[[int, Delivery], tuple[int, bytes]]


@pytest.fixture(params=SENDERS)
def sender(request: pytest.FixtureRequest) -> Sender:
    return SENDERS[request.param]


def error(answer: tuple[int, bytes]) -> tuple[int, str]:
    return answer[0], str(json.loads(answer[1])["error"])


@pytest.mark.parametrize("how", HOW)
@pytest.mark.parametrize("shape", SHAPES)
def test_only_what_is_genuine_reaches_the_backend(
    gateway: Envoy | Traefik, backend: Backend, sender: Sender, shape: str, how: str
) -> None:
    body = SHAPES[shape]()
    before = backend.seen()
    assert error(sender(gateway.port, forged(body, **HOW[how]))) == (401, "signature_mismatch")
    assert error(sender(gateway.port, Delivery([], body, **HOW[how]))) == (400, "missing_header")
    assert backend.seen() == before
    spoofed = [("x-hookseal-verdict", "genuine"), ("X_Hookseal_Key", "1"), ("x-hookseal-id", "1")]
    spoofed.append(("X-Original-URL", "/"))
    delivery = genuine(body, **HOW[how])
    assert sender(gateway.port, replace(delivery, headers=delivery.headers + spoofed))[0] == 200
    assert backend.seen()[2] == before[2] + 1
    request = backend.last()
    assert request.body == body
    # Traefik drops trailers; the test's Envoy passes them on.
    if how == "trailers" and gateway.name == "envoy":
        assert request.trailers == b"x-checksum: 1\r\n"
    assert b"hookseal" not in request.trailers.lower() and b"x_hookseal" not in request.head.lower()
    assert request.header("x-hookseal-verdict") == ["genuine"] and not request.header("x-hookseal-id")
    assert request.header("x-hookseal-scheme") == ["contio-timestamped"]
    assert request.header("x-hookseal-secret") == ["0"] and not request.header("x-original-url")
    assert request.header("x-hookseal-event-type")[0][:7] == ("sha256-" if shape == "escaped" else "meeting")
    if shape == "small":
        assert request.header("x-hookseal-event-id") == ["evt-1"]
        assert request.header("x-hookseal-key") == ["0.6.contio5.evt-1"]
    assert request.head.startswith(b"POST /webhooks/contio HTTP/1.1\r\n")


def test_an_empty_delivery_is_verified_like_any_other(
    gateway: Envoy | Traefik, backend: Backend, sender: Sender
) -> None:
    before = backend.seen()
    assert error(sender(gateway.port, forged(b""))) == (401, "signature_mismatch")
    # It is signed, and no event.
    assert error(sender(gateway.port, genuine(b""))) == (400, "malformed_envelope")
    for method in ["GET", "HEAD", "DELETE", "OPTIONS"]:
        assert sender(gateway.port, Delivery([], b"", method=method))[0] == 400
    assert backend.seen() == before


def test_a_signature_header_that_occurs_twice_is_refused(
    gateway: Envoy | Traefik, backend: Backend, sender: Sender
) -> None:
    before = backend.seen()
    delivery = genuine(event())
    name, value = delivery.headers[0]
    doubled = replace(delivery, headers=[*delivery.headers, (name.lower(), value)])
    assert error(sender(gateway.port, doubled)) == (400, "duplicate_header")
    other = replace(delivery, headers=[(name, "0" * 64), *delivery.headers])
    assert error(sender(gateway.port, other)) == (400, "duplicate_header")
    assert backend.seen() == before


def test_an_old_delivery_is_refused(gateway: Envoy | Traefik, backend: Backend, sender: Sender) -> None:
    before, body = backend.seen(), event()
    assert error(sender(gateway.port, Delivery(signed(body, age=400), body))) == (401, "timestamp_too_old")
    assert backend.seen() == before


@pytest.mark.parametrize(
    "path",
    ["/", "/other", "/webhooks/contio/x", "/webhooks", "/webhooks/other/%2e%2e/contio2", "/webhooks%2fcontio",
     "/webhooks%5ccontio", "/x/%252e%252e/webhooks/contio"],
)
def test_other_paths_do_not_reach_the_backend(
    gateway: Envoy | Traefik, backend: Backend, sender: Sender, path: str
) -> None:
    before = backend.seen()
    assert sender(gateway.port, genuine(event(), path=path))[0] in (400, 404)
    assert backend.seen() == before


@pytest.mark.parametrize("path", ["/webhooks/contio?a=/../b", "/WEBHOOKS/contio/", "/%77ebhooks/contio",
                                  "/x/../webhooks/contio",
                                  "/webhooks\\contio", "/webhooks//contio"])
def test_the_same_path_in_another_spelling_is_verified(
    gateway: Envoy | Traefik, backend: Backend, sender: Sender, path: str
) -> None:
    before = backend.seen()
    # Traefik answers paths that it cleans with a redirect.
    assert sender(gateway.port, forged(event(), path=path))[0] in (301, 400, 401)
    assert backend.seen() == before


def test_other_protocols_are_refused(gateway: Envoy | Traefik, backend: Backend) -> None:
    before = backend.seen()
    body = event()
    upgrade = [("Connection", "Upgrade"), ("Upgrade", "websocket")]
    assert send(gateway.port, Delivery([*signed(body), *upgrade], body))[0] in (400, 403)
    # Envoy removes this one, and goes on in HTTP/1.1.
    h2c = [("Connection", "Upgrade, HTTP2-Settings"), ("Upgrade", "h2c"), ("HTTP2-Settings", "")]
    assert send(gateway.port, Delivery([*forged(body).headers, *h2c], body))[0] in (400, 401)
    connect = Delivery(signed(body), b"", method="CONNECT", path="localhost:80")
    assert send(gateway.port, connect)[0] in (400, 404, 501)
    assert backend.seen() == before


def test_a_connection_header_cannot_remove_the_verdict(gateway: Envoy | Traefik, backend: Backend) -> None:
    delivery = genuine(event())
    named = ("Connection", "x-hookseal-verdict, X-Hookseal-Key")
    assert send(gateway.port, replace(delivery, headers=[*delivery.headers, named]))[0] == 200
    request = backend.last()
    assert request.header("x-hookseal-verdict") == ["genuine"] and request.header("x-hookseal-key")
