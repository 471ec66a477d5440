"""Bugs that were found in other libraries."""

import hashlib
import hmac
import json

import pytest
from hookseal import WebhookVerificationError, WebhookVerifier, sign
from senders import BASE64_KEY, NOW, SECRET, as_base64, contio, contio_body, envelope, standard_webhooks, mac

BODY = envelope()
VERIFIER = WebhookVerifier(SECRET, now=NOW)
SIGNATURE, TIMESTAMP = contio(BODY).values()


def code_of(body: bytes, signature: str, timestamp: str | None = TIMESTAMP) -> str | None:
    return VERIFIER.verify_signature(body, signature, timestamp).code


@pytest.mark.parametrize("secret", ["", [SECRET, ""], [""], b"", "whsec_", "whsec_===="])
def test_an_empty_secret_is_refused_at_any_position(secret: str) -> None:
    with pytest.raises(WebhookVerificationError) as caught:
        WebhookVerifier(secret, scheme="svix" if str(secret).startswith("whsec_") else "contio")
    assert caught.value.code == "invalid_secret"


@pytest.mark.parametrize("length", [0, 1, 2, 32, 62, 63, 65, 66, 128])
def test_a_signature_of_the_wrong_length_is_malformed(length: int) -> None:
    assert code_of(BODY, (SIGNATURE * 2)[:length]) == "malformed_signature"


@pytest.mark.parametrize("junk", ["{}zz", "{}\n", " {}", "{} ", "0x{}", "{},", "sha256={}="])
def test_junk_around_a_signature_is_refused(junk: str) -> None:
    assert code_of(BODY, junk.format(SIGNATURE)) == "malformed_signature"


def test_separators_between_the_digits_are_refused() -> None:
    pairs = [SIGNATURE[at : at + 2] for at in range(0, 64, 2)]
    assert code_of(BODY, ":".join(pairs)) == code_of(BODY, " ".join(pairs)) == "malformed_signature"


def test_digits_of_other_scripts_are_not_accepted() -> None:
    assert code_of(BODY, "٠" * 64) == code_of(BODY, "０" * 64) == "malformed_signature"
    assert code_of(BODY, SIGNATURE, "".join(chr(ord(digit) + 0x630) for digit in TIMESTAMP)) == "malformed_timestamp"


@pytest.mark.parametrize(
    "timestamp",
    [
        "NaN",
        "-1",
        "+1",
        "1.0",
        "1e9",
        "",
        " 1",
        "1 ",
        "0x1",
        "1_0",
        f"{TIMESTAMP}.junk",
        "9" * 13,
        "-9223372036854775808",
    ],
)
def test_a_timestamp_must_be_only_digits_even_if_it_was_signed(timestamp: str) -> None:
    signature = mac(SECRET, f"{timestamp}.", BODY).hexdigest()
    assert code_of(BODY, signature, timestamp) == "malformed_timestamp"


def test_a_timestamp_in_milliseconds_is_refused() -> None:
    assert code_of(BODY, *contio(BODY, timestamp=NOW * 1000).values()) == "malformed_timestamp"


def test_a_timestamp_in_the_future_is_refused() -> None:
    assert code_of(BODY, *contio(BODY, timestamp=NOW + 301).values()) == "timestamp_in_future"


def test_the_bytes_are_verified_and_not_the_text_they_decode_to() -> None:
    for sent, signed in [(b'{"a":"\xff"}', '{"a":"\ufffd"}'), (b"\xef\xbb\xbf{}", "{}")]:
        assert code_of(sent, *contio(signed.encode()).values()) == "signature_mismatch"
        assert VERIFIER.verify_signature(sent, *contio(sent).values())
        with pytest.raises(WebhookVerificationError) as caught:
            VERIFIER.parse_webhook(sent, *contio(sent).values())
        assert caught.value.code == "malformed_envelope"


@pytest.mark.parametrize("text", ["$$", "$&", "$1", "\\1", "%s", "{0}"])
def test_a_body_that_looks_like_a_pattern_is_unchanged(text: str) -> None:
    body = envelope(data={"title": text})
    assert VERIFIER.parse_webhook(body, *contio(body).values())["data"] == {"title": text}


def test_junk_inside_base64_is_refused() -> None:
    verifier = WebhookVerifier(BASE64_KEY, scheme="standard-webhooks", now=NOW)
    headers = standard_webhooks(BODY)
    version, signature = headers["webhook-signature"].split(",")
    assert verifier.verify(headers, BODY)
    for junk in [signature[:5] + "!" + signature[5:], signature + "\n", signature.rstrip("="), signature + "="]:
        with pytest.raises(WebhookVerificationError) as caught:
            verifier.verify({**headers, "webhook-signature": f"{version},{junk}"}, BODY)
        assert caught.value.code == "malformed_signature"


def test_an_envelope_field_that_occurs_twice_is_refused() -> None:
    for twice in [b'"event_type":"meeting.deleted",', b'"event\\u005ftype":"meeting.deleted",']:
        body = b"{" + twice + BODY[1:]
        with pytest.raises(WebhookVerificationError) as caught:
            VERIFIER.parse_webhook(body, *contio(body).values())
        assert caught.value.code == "malformed_envelope"


def test_a_signed_empty_body_is_genuine_but_not_an_event() -> None:
    signature, timestamp = contio(b"").values()
    assert VERIFIER.verify_signature(b"", signature, timestamp)
    with pytest.raises(WebhookVerificationError) as caught:
        VERIFIER.parse_webhook(b"", signature, timestamp)
    assert caught.value.code == "malformed_envelope"


def test_spaced_json_is_verified_as_it_was_sent() -> None:
    body = json.dumps(json.loads(BODY), indent=4).encode()
    assert VERIFIER.verify(contio(body), body).event() == json.loads(BODY)
    assert code_of(BODY, *contio(body).values()) == "signature_mismatch"


def test_no_option_skips_the_verification() -> None:
    for option in ["verify", "skip_verification", "tolerance"]:
        with pytest.raises(TypeError):
            WebhookVerifier(SECRET, **{option: False})  # type: ignore[arg-type]


def test_the_id_is_always_signed() -> None:
    headers = {**contio(BODY), "X-Contio-Event-Id": "forged", "webhook-id": "forged", "svix-id": "forged"}
    assert VERIFIER.verify(headers, BODY).id == "evt-1"
    github = {"X-Hub-Signature-256": f"sha256={mac(SECRET, BODY).hexdigest()}", "X-GitHub-Delivery": "forged"}
    assert WebhookVerifier(SECRET, scheme="github").verify(github, BODY).id is None


def test_a_delivery_of_one_contio_variant_cannot_pass_as_the_other() -> None:
    signed = f"{TIMESTAMP}.".encode() + BODY
    assert code_of(signed, f"sha256={SIGNATURE}") == "malformed_envelope"
    assert code_of(BODY, contio_body(BODY)["X-Contio-Signature"].removeprefix("sha256=")) == "signature_mismatch"


def test_our_signatures_equal_those_of_the_standard_library() -> None:
    signed = sign(b"{}", SECRET, timestamp=NOW)
    expected = hmac.new(SECRET.encode(), f"{NOW}.".encode() + b"{}", hashlib.sha256).hexdigest()
    assert signed == {"X-Contio-Signature": expected, "X-Contio-Timestamp": str(NOW)}
    assert sign(b"{}", SECRET, scheme="shopify") == {"X-Shopify-Hmac-Sha256": as_base64(mac(SECRET, b"{}"))}
