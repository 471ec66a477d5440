"""Ed25519 (RFC 8032), slowly and in the standard library alone: for vectors, never for secrets."""

from __future__ import annotations

import hashlib

P = 2**255 - 19
# The order of the base point.
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, -1, P) % P
_ROOT = pow(2, (P - 1) // 4, P)

Point = tuple[int, int]


def add(a: Point, b: Point) -> Point:
    """The sum of two points of the curve -x² + y² = 1 + dx²y²."""
    (x1, y1), (x2, y2) = a, b
    product = D * x1 * x2 * y1 * y2 % P
    x = (x1 * y2 + x2 * y1) * pow(1 + product, -1, P) % P
    y = (y1 * y2 + x1 * x2) * pow(1 - product, -1, P) % P
    return x, y


def times(scalar: int, point: Point) -> Point:
    result = (0, 1)
    while scalar:
        if scalar & 1:
            result = add(result, point)
        point = add(point, point)
        scalar >>= 1
    return result


def recover(y: int, sign: int) -> Point:
    """The point with this y whose x is even or odd."""
    square = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * _ROOT % P
    assert (x * x - square) % P == 0, "not on the curve"
    return (P - x if x & 1 != sign else x), y


BASE = recover(4 * pow(5, -1, P) % P, 0)


def encode(point: Point) -> bytes:
    x, y = point
    return (y | (x & 1) << 255).to_bytes(32, "little")


def _hash(*parts: bytes) -> int:
    return int.from_bytes(hashlib.sha512(b"".join(parts)).digest(), "little")


def _expand(seed: bytes) -> tuple[int, bytes]:
    digest = hashlib.sha512(seed).digest()
    scalar = int.from_bytes(digest[:32], "little")
    return scalar & ((1 << 254) - 8) | 1 << 254, digest[32:]


def public_key(seed: bytes) -> bytes:
    return encode(times(_expand(seed)[0], BASE))


def sign(seed: bytes, message: bytes) -> bytes:
    scalar, prefix = _expand(seed)
    key = encode(times(scalar, BASE))
    nonce = _hash(prefix, message) % L
    point = encode(times(nonce, BASE))
    return point + ((nonce + _hash(point, key, message) * scalar) % L).to_bytes(32, "little")


def malleable(signature: bytes) -> bytes:
    """The same signature with the order of the base added to its scalar, which sloppy verifiers accept."""
    scalar = int.from_bytes(signature[32:], "little") + L
    return signature[:32] + scalar.to_bytes(32, "little")


def small_order_points() -> list[bytes]:
    """The encodings of the points of small order, canonical and not, that verifiers must not accept as keys."""
    eighth = None
    for y in range(2, 100):
        try:
            candidate = times(L, recover(y, 0))
        except AssertionError:
            continue
        if times(4, candidate) != (0, 1):
            eighth = candidate
            break
    assert eighth is not None
    points = [encode(times(count, eighth)) for count in range(8)]
    # y = 1 and y = 0 may also be written as 2^255 - 18 and 2^255 - 19.
    return [*points, (P + 1).to_bytes(32, "little"), P.to_bytes(32, "little")]


def signature_by_small_order(key: bytes, message: bytes) -> bytes:
    """A signature that a verifier without strict rules accepts for a key of small order, whatever the message."""
    order = 8
    for scalar in range(1, 200):
        point = encode(times(scalar, BASE))
        if _hash(point, key, message) % L % order == 0:
            return point + scalar.to_bytes(32, "little")
    raise AssertionError("no such signature was found")
