"""A header that was sent twice: the outcome depends on how the host passes it on. One table, on every real server."""

import time
from collections.abc import Iterator

import pytest
from senders import SENDERS, envelope, now_seconds
from servers import REFERENCE, SETUPS, Server, answer_on, serving

BODY = b'{"any":"body"}'
Lines = list[tuple[str, str]]


@pytest.fixture(scope="module", params=[*SETUPS, *REFERENCE])
def server(request: pytest.FixtureRequest) -> Iterator[Server]:
    with serving(request.param) as server:
        yield server


def signed(scheme: str, body: bytes) -> tuple[Lines, Lines]:
    """The header line with the signature, and the other lines that are signed."""
    lines = list(SENDERS[scheme](body, timestamp=now_seconds()).items())
    others = [line for line in lines if line[0].lower().endswith(("-id", "-timestamp"))]
    return [line for line in lines if line not in others], others


def send(server: Server, scheme: str, lines: Lines, body: bytes) -> str:
    """The scheme of an accepted delivery, or the code of a refused one."""
    head = [*(f"{name}: {value}" for name, value in lines), f"Content-Length: {len(body)}", "Connection: close"]
    with server.socket(head, scheme) as own:
        own.sendall(body)
        _, answer = answer_on(own)
    if isinstance(answer, str):
        return answer
    error: dict[str, str] = answer.get("detail", answer)
    return error["error"]


def body_for(scheme: str) -> bytes:
    now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    return envelope(timestamp=now) if scheme in ("contio-timestamped", "contio-body") else BODY


@pytest.mark.parametrize("scheme", SENDERS)
def test_two_signature_headers_are_refused_whether_the_host_joins_them_or_not(server: Server, scheme: str) -> None:
    body = body_for(scheme)
    genuine, others = signed(scheme, body)
    forged, _ = signed(scheme, body + b" ")
    assert send(server, scheme, [*genuine, *others], body) == scheme
    assert send(server, scheme, [*forged, *others], body) == "signature_mismatch"
    for lines in [[*genuine, *genuine], [*genuine, *forged], [*forged, *genuine]]:
        # WSGI servers and Django join with a bare comma, which does not make a readable list of signatures.
        wanted = "duplicate_header" if server.name.startswith("FastAPI") else "malformed_signature"
        assert send(server, scheme, [*lines, *others], body) == wanted


@pytest.mark.parametrize("scheme", [scheme for scheme in SENDERS if len(signed(scheme, BODY)[1]) > 0])
def test_a_signed_time_or_id_that_was_sent_twice_is_refused(server: Server, scheme: str) -> None:
    body = body_for(scheme)
    genuine, others = signed(scheme, body)
    for line in others:
        if server.name.startswith("FastAPI"):
            wanted = "duplicate_header"
        else:
            wanted = "malformed_timestamp" if line[0].lower().endswith("timestamp") else "signature_mismatch"
        assert send(server, scheme, [*genuine, *others, line], body) == wanted


def test_a_header_is_accepted_under_either_of_its_names(server: Server) -> None:
    ((_, signature),), _ = signed("shopify", BODY)
    ((_, forged),), _ = signed("shopify", BODY + b" ")
    old, new = "X-Shopify-Hmac-Sha256", "shopify-hmac-sha256"
    for lines in [[(old, signature)], [(new, signature)], [(old, forged), (new, signature)]]:
        assert send(server, "shopify", lines, BODY) == "shopify"
    assert send(server, "shopify", [(old, signature), (new, forged)], BODY) == "signature_mismatch"
    for name, other in [(old, new), (new, old)]:
        found = send(server, "shopify", [(name, signature), (name, signature), (other, signature)], BODY)
        if server.name.startswith("FastAPI"):
            assert found == "duplicate_header"
        else:
            # Joined, it is one value, and only the preferred name is read.
            assert found == ("malformed_signature" if name == new else "shopify")
    fallback = SENDERS["standard-webhooks"](BODY, timestamp=now_seconds())
    assert send(server, "svix", list(fallback.items()), BODY) == "svix"
