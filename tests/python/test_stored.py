"""Deliveries in the queue of another engine: what is stored, and what is read again."""

import base64
import copy
import json
import pickle
import time
from pathlib import Path
from typing import Any

import pytest
from hookseal import Delivery, WebhookVerificationError, WebhookVerifier
from hookseal.once import Once
from hookseal.queue import Seal, StoredDelivery, restored, restored_trusted, stored
from senders import BASE64_KEY, BASE64_SECRET, NOW, SECRET, contio, envelope, with_id

KEY = "a sealing key of the tests, 1, of 42 bytes"
OTHER = "a sealing key of the tests, 2, of 42 bytes"
VECTORS = json.loads((Path(__file__).parent / "vectors" / "stored" / "stored.json").read_text("utf-8"))


def delivery(**fields: Any) -> Delivery:
    body = envelope(**fields)
    return WebhookVerifier(SECRET, now=NOW).verify(contio(body), body)


def code_of(text: Any, seal: Seal) -> str:
    with pytest.raises(WebhookVerificationError) as caught:
        restored(text, seal=seal)
    return caught.value.code


def is_sealed_by(key: str, text: str) -> bool:
    try:
        restored(text, seal=Seal(key))
    except WebhookVerificationError:
        return False
    return True


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["name"])
def test_vectors(vector: dict[str, Any]) -> None:
    seal = Seal(vector["keys"]) if vector["keys"] else None
    text, expect = vector["text"], vector["expect"]
    try:
        found = restored_trusted(text) if seal is None else restored(text, seal=seal)
    except WebhookVerificationError as error:
        assert expect == {"error": error.code}
        assert not any(key in str(error) for key in vector["keys"])
        return
    key = found.key
    assert expect["ok"] == {
        "scheme": found.scheme,
        "key_scheme": key.scheme if key else "",
        "key_id": key.id if key else "",
        "id": found.id,
        "has_envelope": found.has_envelope,
        "timestamp": found.timestamp,
        "received_at": round(found.received_at * 1000),
        "body_base64": base64.b64encode(found.body).decode(),
    }
    # The same bytes again, by the first key.
    again = stored(found, seal=seal)
    assert again.rpartition(".")[0] == text.rpartition(".")[0]
    assert (again == text) == (seal is None or is_sealed_by(vector["keys"][0], text))


def test_a_delivery_is_the_same_after_it_was_stored() -> None:
    before, seal = delivery(), Seal(KEY)
    begun = time.time()
    after = restored(stored(before, seal=seal), seal=seal)
    for name in ("scheme", "has_envelope", "timestamp", "id", "body"):
        assert getattr(after, name) == getattr(before, name)
    assert after.key == before.key
    assert after.event() == before.event()
    assert after.json() == before.json()
    assert begun - 1 < after.received_at < time.time() + 1
    assert after.key is not None and "evt-1" in repr(after) and "Gr" not in repr(after)


def test_other_senders_are_stored_too() -> None:
    body = b"[1]"
    verifier = WebhookVerifier(BASE64_SECRET, scheme="standard-webhooks", now=NOW)
    before = verifier.verify(with_id("webhook", body, BASE64_KEY, NOW, "msg_1"), body)
    after = restored(stored(before, seal=Seal(KEY)), seal=Seal(KEY))
    assert (after.id, after.json(), after.key) == ("msg_1", [1], before.key)
    with pytest.raises(WebhookVerificationError, match="has no event") as caught:
        after.event()
    assert caught.value.code == "invalid_argument"


def test_nothing_of_the_sender_but_the_body_is_stored() -> None:
    text = stored(delivery(), seal=Seal(KEY))
    content = base64.urlsafe_b64decode(text.split(".")[1] + "==")
    signature = contio(envelope())["X-Contio-Signature"]
    for hidden in (SECRET, KEY, signature, "X-Contio"):
        assert hidden not in text
        assert hidden.encode() not in content


def test_every_changed_character_is_noticed() -> None:
    seal = Seal(KEY)
    text = stored(delivery(), seal=seal)
    for place, letter in enumerate(text):
        changed = text[:place] + ("A" if letter != "A" else "B") + text[place + 1 :]
        assert code_of(changed, seal) == "wrong_seal"
    for length in range(len(text)):
        assert code_of(text[:length], seal) == "wrong_seal"


def test_keys_can_be_changed() -> None:
    old, new, both = Seal(KEY), Seal(OTHER), Seal([OTHER, KEY])
    text = stored(delivery(), seal=old)
    assert restored(text, seal=both).id == "evt-1"
    assert code_of(text, new) == "wrong_seal"
    assert restored(stored(delivery(), seal=both), seal=new).id == "evt-1"
    assert code_of(stored(delivery(), seal=both), old) == "wrong_seal"


@pytest.mark.parametrize("text", [None, b"hookseal1.", 1, [], {"delivery": "x"}])
def test_what_is_no_text_is_a_mistake(text: Any) -> None:
    assert code_of(text, Seal(KEY)) == "invalid_argument"
    with pytest.raises(WebhookVerificationError, match="is a str, but this is a"):
        restored_trusted(text)


@pytest.mark.parametrize("text", ["hookseal1.\ud800." + "0" * 64, "hookseal1." + "A" * 5_000_000 + "." + "0" * 64])
def test_odd_texts_are_refused(text: str) -> None:
    assert code_of(text, Seal(KEY)) == "wrong_seal"


def test_a_large_body_is_stored() -> None:
    title = "x" * 3_000_000
    before = delivery(data={"title": title})
    assert restored(stored(before, seal=Seal(KEY)), seal=Seal(KEY)).body == before.body


@pytest.mark.parametrize(
    ("keys", "code"),
    [
        ("x" * 31, "invalid_secret"),
        (b"x" * 31, "invalid_secret"),
        ("", "invalid_secret"),
        ("x" * 40 + "\n", "invalid_secret"),
        (["x" * 32, "x" * 31], "invalid_secret"),
        ([], "invalid_argument"),
        (None, "invalid_argument"),
        (["x" * 32] * 9, "invalid_argument"),
        ([5], "invalid_secret"),
    ],
)
def test_keys_are_checked(keys: Any, code: str) -> None:
    with pytest.raises(WebhookVerificationError) as caught:
        Seal(keys)
    assert caught.value.code == code
    assert "xxx" not in str(caught.value)
    assert Seal(["x" * 32] * 8) and Seal(b"x" * 32) and Seal("é" * 16)


def test_a_seal_shows_no_key() -> None:
    seal = Seal(KEY)
    assert KEY not in repr(seal) + str(seal)
    for duplicate in (pickle.dumps, copy.deepcopy):
        with pytest.raises(TypeError, match="cannot be pickled"):
            duplicate(seal)


def test_mistakes_say_what_to_do() -> None:
    with pytest.raises(WebhookVerificationError, match="takes a verified Delivery, but this is a bytes"):
        stored(b"{}")  # type: ignore[arg-type]
    with pytest.raises(WebhookVerificationError, match="must be a hookseal.queue.Seal, but this is a str"):
        stored(delivery(), seal=KEY)  # type: ignore[arg-type]
    with pytest.raises(WebhookVerificationError, match="must be a hookseal.queue.Seal, but this is a NoneType"):
        restored(stored(delivery()), seal=None)  # type: ignore[arg-type]
    with pytest.raises(WebhookVerificationError, match=r"stored without a seal; .* restored_trusted\(\)"):
        restored(stored(delivery()), seal=Seal(KEY))


def test_a_malformed_envelope_is_noticed_in_the_worker() -> None:
    body = b"{}"
    before = WebhookVerifier(SECRET, scheme="contio-timestamped", now=NOW).verify(contio(body), body)
    after = restored_trusted(stored(before))
    assert after.id is None
    with pytest.raises(WebhookVerificationError) as caught:
        after.event()
    assert caught.value.code == "missing_field"


def test_a_stored_delivery_is_handled_once() -> None:
    once = Once()
    found = []
    for _ in range(2):
        after = restored_trusted(stored(delivery()))
        assert isinstance(after, StoredDelivery)
        once.run(after, lambda: found.append(1))
    with once(delivery()) as first:
        assert not first
    assert found == [1]
