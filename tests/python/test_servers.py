"""Each framework behind a real server, and everything that may be sent to it."""

import json
import socket
import struct
import time
from collections.abc import Iterator

import pytest
from apps.shared import LIMIT
from senders import SECRET, contio, contio_body, envelope, now_seconds, mac
from servers import REFERENCE, SETUPS, WAIT, Server, answer_on, serving


@pytest.fixture(scope="module", params=SETUPS)
def server(request: pytest.FixtureRequest) -> Iterator[Server]:
    with serving(request.param) as server:
        yield server


def fresh(event_id: str, size: int = 0) -> tuple[dict[str, str], bytes]:
    """A delivery signed now, with a body of at least `size` bytes."""
    body = envelope(event_id=event_id, data={"title": "x" * size})
    return contio(body, timestamp=now_seconds()), body


def assert_refused(server: Server, answer: tuple[int, object], status: int, code: str) -> None:
    error = {"error": code}
    assert answer == (status, {"detail": error} if server.name.startswith("FastAPI") else error)


def test_a_genuine_delivery_reaches_the_view(server: Server) -> None:
    headers, body = fresh("genuine")
    assert server.post(headers, body) == (200, "genuine")
    now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    body = envelope(event_id="body-form", timestamp=now)
    assert server.post(contio_body(body), body) == (200, "body-form")
    assert server.seen()["events"][-2:] == ["genuine", "body-form"]


def test_a_forged_delivery_is_refused_and_reported_to_the_hook(server: Server) -> None:
    headers, body = fresh("forged")
    assert_refused(server, server.post(headers, body.replace(b"app-1", b"app-2")), 401, "signature_mismatch")
    seen = server.seen()
    assert "forged" not in seen["events"] and seen["refusals"][-1] == "signature_mismatch"


def test_a_stale_delivery_is_refused(server: Server) -> None:
    body = envelope(event_id="stale")
    headers = contio(body, timestamp=now_seconds() - 1000)
    assert_refused(server, server.post(headers, body), 401, "timestamp_too_old")


def test_a_delivery_without_its_headers_is_refused(server: Server) -> None:
    headers, body = fresh("bare")
    assert_refused(server, server.post({}, body), 400, "missing_header")
    del headers["X-Contio-Timestamp"]
    assert_refused(server, server.post(headers, body), 400, "missing_header")


def test_a_genuine_delivery_without_an_envelope_does_not_reach_the_view(server: Server) -> None:
    body = b'{"event_id":"no-envelope"}'
    answer = server.post(contio(body, SECRET, now_seconds()), body)
    assert_refused(server, answer, 400, "missing_field")
    assert "no-envelope" not in server.seen()["events"]


@pytest.mark.parametrize("body", [b"any body", b'{"event_id":7}', b""])
def test_a_custom_scheme_named_like_contios_needs_no_envelope(server: Server, body: bytes) -> None:
    headers = {"X-Custom-Signature": mac(SECRET, body).hexdigest()}
    assert server.post(headers, body, "contio-x") == (200, "contio-x")
    assert_refused(server, server.post(headers, body + b" ", "contio-x"), 401, "signature_mismatch")


def test_a_signature_that_was_sent_twice_is_refused(server: Server) -> None:
    headers, body = fresh("twice")
    lines = [f"{name}: {value}" for name, value in [*headers.items(), *headers.items()]]
    with server.socket([*lines, f"Content-Length: {len(body)}", "Connection: close"]) as own:
        own.sendall(body)
        # The two values joined are not a signature.
        code = "duplicate_header" if server.name.startswith("FastAPI") else "malformed_signature"
        assert_refused(server, answer_on(own), 400, code)


def test_a_body_at_the_limit_is_accepted_and_one_byte_more_is_not(server: Server) -> None:
    overhead = len(fresh("limit")[1])
    headers, body = fresh("limit", LIMIT - overhead)
    assert len(body) == LIMIT
    assert server.post(headers, body) == (200, "limit")
    headers, body = fresh("beyond", LIMIT - overhead)
    assert len(body) == LIMIT + 1
    assert_refused(server, server.post(headers, body), 413, "body_too_large")


def test_a_body_that_is_declared_too_large_is_refused_before_it_is_sent(server: Server) -> None:
    headers, _ = fresh("declared")
    lines = [f"{name}: {value}" for name, value in headers.items()]
    with server.socket([*lines, f"Content-Length: {LIMIT + 1}"]) as own:
        if server.name.endswith("Django behind uvicorn"):
            # Under ASGI Django itself waits for the whole body before it calls a view.
            own.sendall(bytes(LIMIT + 1))
        assert_refused(server, answer_on(own), 413, "body_too_large")


def test_a_chunked_body_is_verified(server: Server) -> None:
    headers, body = fresh("chunks", 1000)
    assert server.post(headers, [body[:10], body[10:300], body[300:]]) == (200, "chunks")


def test_a_chunked_body_that_is_too_large_is_refused(server: Server) -> None:
    headers, body = fresh("too-many-chunks", LIMIT)
    assert_refused(server, server.post(headers, [body[:3000], body[3000:]]), 413, "body_too_large")


def test_an_empty_body_is_a_forgery_like_any_other(server: Server) -> None:
    headers, _ = fresh("empty")
    assert_refused(server, server.post(headers, b""), 401, "signature_mismatch")


@pytest.mark.parametrize("path", ["kept", "parsed"])
def test_a_body_that_was_read_and_kept_is_verified(server: Server, path: str) -> None:
    headers, body = fresh(path)
    assert server.post(headers, body, path) == (200, path)


def test_a_chunked_body_that_was_read_and_kept_is_verified(server: Server) -> None:
    headers, body = fresh("kept-chunks")
    assert server.post(headers, [body[:10], body[10:]], "kept") == (200, "kept-chunks")


@pytest.mark.parametrize("in_chunks", [False, True])
def test_the_view_can_read_the_body_again(server: Server, in_chunks: bool) -> None:
    headers, body = fresh("again")
    assert server.post(headers, [body] if in_chunks else body, "again") == (200, "again")


@pytest.mark.parametrize("in_chunks", [False, True])
def test_an_application_to_which_the_view_passes_the_request_can_read_the_body(server: Server, in_chunks: bool) -> None:
    headers, body = fresh("handed-on")
    assert server.post(headers, [body] if in_chunks else body, "handed-on") == (200, json.loads(body))


@pytest.mark.parametrize("name", REFERENCE)
def test_reading_again_does_not_block_on_a_server_that_does_not_end_its_bodies(name: str) -> None:
    headers, body = fresh("handed-on")
    with serving(name) as server:
        for path in ["handed-on", "again"]:
            assert server.post(headers, body, path)[0] == 200


def test_a_body_that_was_read_and_not_kept_is_an_error_of_the_receiver(server: Server) -> None:
    headers, body = fresh("gone")
    assert_refused(server, server.post(headers, body, "gone"), 500, "invalid_argument")
    assert server.logs("read or parsed before it was verified")
    assert "gone" not in server.seen()["events"]


def test_an_exception_in_the_hook_reaches_the_framework(server: Server) -> None:
    headers, body = fresh("hook-fails")
    status, _ = server.post(headers, body + b" ", "hook-fails")
    assert status == 500 and server.logs("LookupError: the hook failed")
    assert server.post(headers, body, "hook-fails") == (200, "hook-fails")


# Under ASGI Django itself waits for the last chunk before it calls a view.
@pytest.mark.parametrize("server", [name for name in SETUPS if "Django behind uvicorn" not in name], indirect=True)
def test_the_connection_of_a_sender_of_endless_chunks_is_closed(server: Server) -> None:
    chunk = b"10000\r\n" + bytes(0x10000) + b"\r\n"
    for path in ["hook", *["touched"] * server.name.startswith("Flask")]:
        with server.socket(["Transfer-Encoding: chunked"], path) as own, pytest.raises(ConnectionError):
            for _ in range(1000):
                own.sendall(chunk)


@pytest.mark.parametrize("orderly", [False, True])
@pytest.mark.parametrize("in_chunks", [False, True])
def test_a_sender_that_disconnects_reaches_no_view_and_the_server_goes_on(
    server: Server, in_chunks: bool, orderly: bool
) -> None:
    headers, body = fresh("hung-up")
    before, log = server.seen(), server.log()
    lines = [f"{name}: {value}" for name, value in headers.items()]
    length = "Transfer-Encoding: chunked" if in_chunks else f"Content-Length: {len(body)}"
    with server.socket([*lines, length]) as own:
        own.sendall(f"{len(body):x}\r\n".encode() * in_chunks + body[:-1])
        time.sleep(0.1)
        if orderly:
            own.shutdown(socket.SHUT_WR)
            assert own.recv(100)[9:12] in (b"", b"400")
        else:
            # Resets the connection, as when a process dies before it has read everything.
            own.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    headers, body = fresh("after")
    assert server.post(headers, body) == (200, "after")
    end = time.monotonic() + WAIT
    while "after" not in server.seen()["events"] and time.monotonic() < end:
        time.sleep(0.02)
    after = server.seen()
    assert "hung-up" not in after["events"] and after["refusals"] == before["refusals"]
    assert "Traceback" not in server.log()[len(log) :]


def test_a_chunked_body_that_breaks_off_is_not_logged_as_an_error(server: Server) -> None:
    headers, body = fresh("endless")
    log = server.log()
    with server.socket([*(f"{name}: {value}" for name, value in headers.items()), "Transfer-Encoding: chunked"]) as own:
        own.sendall(f"{len(body):x}\r\n".encode() + body + b"\r\n0\r\n")
        own.shutdown(socket.SHUT_WR)
        assert own.recv(100)[9:12] in (b"", b"400")
    assert "endless" not in server.seen()["events"]
    assert "Traceback" not in server.log()[len(log) :]


def test_a_body_that_a_fastapi_middleware_has_read_is_reported_as_gone() -> None:
    with serving("FastAPI behind uvicorn") as server:
        headers, body = fresh("gone-before")
        assert_refused(server, server.post(headers, body, "gone-before"), 500, "invalid_argument")
        assert server.logs("await request.body()")
        # A sender could have sent this one empty.
        assert_refused(server, server.post(headers, [body], "gone-before"), 400, "body_not_read")


def test_an_empty_chunked_body_is_not_an_error_of_the_receiver(server: Server) -> None:
    headers, _ = fresh("empty-chunks")
    log = server.log()
    for path in ["hook", "kept", "again"]:
        status, answer = server.post(headers, [], path)
        found = (status, answer.get("detail", answer)["error"])
        assert found in [(401, "signature_mismatch"), (400, "body_not_read")]
    assert "could not be verified" not in server.log()[len(log) :]


def test_a_flask_view_and_its_hook_may_be_async() -> None:
    with serving("Flask behind gunicorn") as server:
        headers, body = fresh("async")
        assert server.post(headers, body, "async-hook") == (200, "async")
        assert_refused(server, server.post(headers, body + b" ", "async-hook"), 401, "signature_mismatch")
        assert server.seen()["refusals"] == ["signature_mismatch"]
