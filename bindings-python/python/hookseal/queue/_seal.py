"""The keys by which a worker recognizes what a receiver has stored."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

from hookseal._errors import WebhookVerificationError
from hookseal._hookseal import WebhookVerifier, sign

SealKey: TypeAlias = str | bytes

# The fewest bytes of a key: a queue may be read by others, who could find a shorter one by trying.
_LEAST = 32
_MOST_KEYS = 8

# HMAC-SHA256 in hex. Its own code checks the keys, and compares in constant time.
_HEADER = "X-Hub-Signature-256"
_PREFIX = "sha256="


class Seal:
    """Keys of your own, by which a worker recognizes what a receiver has stored in a queue, even if others can write to
    that queue. They are no secrets of a sender. Create one and keep it.

    A key has at least 32 bytes: text, as `openssl rand -hex 32` prints it, or bytes. While keys are changed, pass a
    list of at most 8: the first one seals, and what any of them has sealed is accepted. Raises WebhookVerificationError:
    invalid_secret, or invalid_argument for too many keys.
    """

    __slots__ = ("_key", "_verifier")

    def __init__(self, keys: SealKey | Sequence[SealKey]) -> None:
        listed = [keys] if isinstance(keys, (str, bytes)) else list(keys or [])
        if not 1 <= len(listed) <= _MOST_KEYS:
            message = f"a seal has 1 to {_MOST_KEYS} keys, but these are {len(listed)}"
            raise WebhookVerificationError("invalid_argument", message)
        # Refuses what is no key.
        self._verifier = WebhookVerifier(listed, scheme="github")
        for index, key in enumerate(listed):
            size = len(key.encode() if isinstance(key, str) else key)
            if size < _LEAST:
                message = (
                    f"the key at index {index} of the seal has {size} bytes, and {_LEAST} are the least: make one with "
                    "`openssl rand -hex 32`"
                )
                raise WebhookVerificationError("invalid_secret", message)
        self._key = listed[0]

    def _mac(self, text: str) -> str:
        return sign(text, self._key, scheme="github")[_HEADER].removeprefix(_PREFIX)

    def _has_made(self, mac: str, text: str) -> bool:
        return self._verifier.verify_signature(text, _PREFIX + mac).is_valid

    def __repr__(self) -> str:
        # Shows no key.
        return "<hookseal.queue.Seal>"

    def __reduce__(self) -> str:
        raise TypeError("a Seal cannot be pickled, since its keys would be in the result: create it in each process")
