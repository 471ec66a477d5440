"""Headers, in every type in which frameworks and servers keep them."""

import email
import http.client
import io
from collections import ChainMap, OrderedDict
from collections.abc import Callable
from types import MappingProxyType
from typing import Any

import pytest
from django.http.request import HttpHeaders
from hookseal import WebhookVerificationError, WebhookVerifier
from senders import BASE64_SECRET, NOW, SECRET, SENDERS, contio, envelope, secret_for, standard_webhooks
from starlette.datastructures import Headers as StarletteHeaders
from werkzeug.datastructures import EnvironHeaders
from werkzeug.datastructures import Headers as WerkzeugHeaders

BODY = envelope()
HEADERS = contio(BODY)
VERIFIER = WebhookVerifier(SECRET, now=NOW)
Pairs = list[tuple[str, str]]


def environ(pairs: Pairs) -> dict[str, str]:
    """A WSGI environ (PEP 3333), in which the values of a repeated header are joined."""
    found: dict[str, str] = {}
    for name, value in pairs:
        key = f"HTTP_{name.upper().replace('-', '_')}"
        found[key] = f"{found[key]},{value}" if key in found else value
    return found


def lines(pairs: Pairs) -> str:
    return "".join(f"{name}: {value}\r\n" for name, value in pairs) + "\r\n"


# How each type is made from pairs, and whether it shows that a header was sent twice.
KEPT: dict[str, tuple[Callable[[Pairs], Any], bool]] = {
    "pairs": (list, True),
    "pairs of bytes, as ASGI has them": (lambda pairs: [(n.lower().encode(), v.encode()) for n, v in pairs], True),
    "lists in a tuple": (lambda pairs: tuple([name, value] for name, value in pairs), True),
    "a generator": (lambda pairs: (pair for pair in pairs), True),
    "a Starlette Headers": (
        lambda pairs: StarletteHeaders(raw=[(n.lower().encode(), v.encode()) for n, v in pairs]),
        True,
    ),
    "a Werkzeug Headers": (WerkzeugHeaders, True),
    "an email message": (lambda pairs: email.message_from_string(lines(pairs)), True),
    "the headers of http.server": (lambda pairs: http.client.parse_headers(io.BytesIO(lines(pairs).encode())), True),
    "a Django HttpHeaders": (lambda pairs: HttpHeaders(environ(pairs)), False),
    "a Werkzeug EnvironHeaders": (lambda pairs: EnvironHeaders(environ(pairs)), False),
    "a dict": (dict, False),
    "a dict of bytes": (lambda pairs: {name.encode(): value.encode() for name, value in pairs}, False),
    "an OrderedDict": (OrderedDict, False),
    "a ChainMap": (lambda pairs: ChainMap({}, dict(pairs)), False),
    "a mapping proxy": (lambda pairs: MappingProxyType(dict(pairs)), False),
}
OTHERS = [("Host", "example.com"), ("X-Contio-Signature-Old", "x"), ("Accept", "*/*")]


@pytest.mark.parametrize("kept", KEPT)
def test_headers_are_found_in_every_type_that_holds_them(kept: str) -> None:
    keep, _ = KEPT[kept]
    for spell in [str, str.lower, str.upper]:
        pairs = [*OTHERS, *((spell(name), value) for name, value in HEADERS.items())]
        assert VERIFIER.verify(keep(pairs), BODY).id == "evt-1"


@pytest.mark.parametrize("kept", KEPT)
def test_the_error_names_the_missing_header(kept: str) -> None:
    keep, _ = KEPT[kept]
    with pytest.raises(WebhookVerificationError, match="X-Contio-Signature") as caught:
        VERIFIER.verify(keep(OTHERS), BODY)
    assert caught.value.code == "missing_header"


@pytest.mark.parametrize("kept", [name for name, (_, shows_both) in KEPT.items() if shows_both])
def test_a_header_that_was_sent_twice_is_refused_if_the_headers_show_it(kept: str) -> None:
    keep, _ = KEPT[kept]
    with pytest.raises(WebhookVerificationError) as caught:
        VERIFIER.verify(keep([*HEADERS.items(), *HEADERS.items()]), BODY)
    assert caught.value.code == "duplicate_header"


JOINING = ["a Django HttpHeaders", "a Werkzeug EnvironHeaders"]


@pytest.mark.parametrize("scheme", SENDERS)
@pytest.mark.parametrize("kept", JOINING)
def test_a_repeated_header_that_a_server_joined_is_refused_too(kept: str, scheme: str) -> None:
    keep, _ = KEPT[kept]
    verifier = WebhookVerifier(secret_for(scheme), scheme=scheme, now=NOW)  # type: ignore[arg-type]
    genuine, forged = (list(SENDERS[scheme](body).items()) for body in (BODY, BODY + b" "))
    for pairs in [[*genuine, *genuine], [*genuine, *forged], [*forged, *genuine]]:
        with pytest.raises(WebhookVerificationError) as caught:
            verifier.verify(keep(once(pairs)), BODY)
        assert caught.value.code == "malformed_signature"


def once(pairs: Pairs) -> Pairs:
    """The pairs without the second one of each id and timestamp header."""
    found: Pairs = []
    for name, value in pairs:
        if name not in dict(found) or not name.lower().endswith(("id", "timestamp")):
            found.append((name, value))
    return found


@pytest.mark.parametrize("kept", KEPT)
def test_a_header_is_found_under_either_of_its_names(kept: str) -> None:
    keep, shows_both = KEPT[kept]
    shopify = WebhookVerifier(SECRET, scheme="shopify")
    (signature,), (forged,) = (SENDERS["shopify"](body).values() for body in (BODY, b"another"))
    old, new = "X-Shopify-Hmac-Sha256", "shopify-hmac-sha256"
    for spell in [str, str.lower, str.upper, str.title]:
        for pairs in [
            [(old, signature)],
            [(new, signature)],
            [(old, forged), (new, signature)],
            [(new, signature), (old, "")],
        ]:
            assert shopify.verify(keep([(spell(name), value) for name, value in pairs]), BODY)
    for pairs, code in [
        ([(old, signature), (new, forged)], "signature_mismatch"),
        ([(old, signature), (new, "")], "malformed_signature"),
        *[
            ([(name, signature), (name, signature), *more], "duplicate_header")
            for name in (old, new)
            for more in PAIRS[name]
        ],
    ]:
        if code == "duplicate_header" and not shows_both:
            continue
        with pytest.raises(WebhookVerificationError) as caught:
            shopify.verify(keep(pairs), BODY)
        assert caught.value.code == code


# Other pairs that may accompany a header of this name that was sent twice.
PAIRS: dict[str, list[Pairs]] = {
    "X-Shopify-Hmac-Sha256": [[], [("shopify-hmac-sha256", "x")]],
    "shopify-hmac-sha256": [[], [("X-Shopify-Hmac-Sha256", "x")]],
}


@pytest.mark.parametrize("kept", KEPT)
def test_svix_headers_fall_back_to_the_names_of_standard_webhooks(kept: str) -> None:
    keep, _ = KEPT[kept]
    svix = WebhookVerifier(BASE64_SECRET, scheme="svix", now=NOW)
    own, fallback = SENDERS["svix"](BODY), standard_webhooks(BODY)
    mixed = {**dict(list(own.items())[:1]), **dict(list(fallback.items())[1:])}
    junk = {name: "junk" for name in fallback}
    for headers in [own, fallback, mixed, {**junk, **own}, {**own, **junk}]:
        assert svix.verify(keep(list(headers.items())), BODY).id == "msg_1"
    with pytest.raises(WebhookVerificationError) as caught:
        svix.verify(keep(list({**fallback, "svix-signature": "v1,"}.items())), BODY)
    assert caught.value.code == "malformed_signature"


def test_one_header_name_in_two_cases_is_a_duplicate() -> None:
    signature = HEADERS["X-Contio-Signature"]
    with pytest.raises(WebhookVerificationError) as caught:
        VERIFIER.verify({**HEADERS, "x-contio-signature": signature}, BODY)
    assert caught.value.code == "duplicate_header"


def test_a_list_of_one_value_is_that_value_and_an_empty_list_is_no_header() -> None:
    assert VERIFIER.verify({name: [value] for name, value in HEADERS.items()}, BODY)
    assert VERIFIER.verify({**HEADERS, "x-contio-signature": None, "X-CONTIO-TIMESTAMP": []}, BODY)


def test_the_header_of_a_signed_id_is_found() -> None:
    verifier = WebhookVerifier(BASE64_SECRET, scheme="standard-webhooks", now=NOW)
    headers = [(name.encode(), value.encode()) for name, value in standard_webhooks(BODY).items()]
    assert verifier.verify(headers, BODY).id == "msg_1"
    with pytest.raises(WebhookVerificationError, match="webhook-id") as caught:
        verifier.verify(headers[1:], BODY)
    assert caught.value.code == "missing_header"


def test_only_ascii_letters_in_a_name_are_case_insensitive() -> None:
    kelvin = {name.replace("k", "\u212a"): value for name, value in standard_webhooks(BODY).items()}
    with pytest.raises(WebhookVerificationError) as caught:
        WebhookVerifier(BASE64_SECRET, scheme="standard-webhooks", now=NOW).verify(kelvin, BODY)
    assert caught.value.code == "missing_header"


@pytest.mark.parametrize("value", ["é" * 64, "\ud800", b"\xff" * 64, " " + HEADERS["X-Contio-Signature"], "", b"\0"])
def test_a_value_that_is_not_a_signature_is_malformed(value: str | bytes) -> None:
    with pytest.raises(WebhookVerificationError) as caught:
        VERIFIER.verify({**HEADERS, "X-Contio-Signature": value}, BODY)
    assert caught.value.code == "malformed_signature"


def test_the_value_of_an_unread_header_is_ignored() -> None:
    assert VERIFIER.verify({**HEADERS, "Other": object(), "\ud800": 1}, BODY)
