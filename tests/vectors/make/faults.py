"""Malformed signatures and timestamps, as pairs (what is wrong, the malformed text)."""

from __future__ import annotations

import base64
from typing import Iterator

_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"


def hex_signatures(signature: str) -> Iterator[tuple[str, str]]:
    """Malformed signatures of 64 hex digits. Some lenient parser accepts each of them, except for the last few."""
    yield "one digit short", signature[:-1]
    yield "one digit long", signature + "0"
    yield "half as long", signature[:32]
    yield "twice as long", signature + signature
    yield "with a letter that is no hex digit", signature[:40] + "g" + signature[41:]
    yield "with 0x in front", "0x" + signature
    yield "with 0x in place of two digits", "0x" + signature[2:]
    yield "after a space", " " + signature
    yield "followed by a space", signature + " "
    yield "followed by a tab", signature + "\t"
    yield "followed by a newline", signature + "\n"
    yield "followed by CR LF", signature + "\r\n"
    yield "followed by junk", signature + ";v=1"
    yield "with colons between pairs", ":".join(signature[i : i + 2] for i in range(0, 64, 2))
    yield "with spaces between pairs", " ".join(signature[i : i + 2] for i in range(0, 64, 2))
    yield "with an underscore in place of a digit", signature[:10] + "_" + signature[11:]
    yield "with a full-width digit", signature[:63] + "\uff11"
    yield "with an accented letter", signature[:62] + "\u00e9"
    yield "in double quotes", f'"{signature}"'
    yield "written twice with a comma", f"{signature}, {signature}"
    yield "in base64", base64.b64encode(bytes.fromhex(signature)).decode("ascii")


def base64_signatures(signature: str) -> Iterator[tuple[str, str]]:
    """Malformed signatures of 44 base64 characters."""
    mac = base64.b64decode(signature)
    last = _ALPHABET.index(signature[42])
    yield "without its pad", signature[:-1]
    yield "with a second pad", signature + "="
    yield "with one unused bit set", signature[:42] + _ALPHABET[last | 1] + "="
    yield "with both unused bits set", signature[:42] + _ALPHABET[last | 3] + "="
    yield "of 31 bytes in 44 characters", base64.b64encode(mac[:31]).decode("ascii")
    yield "of 33 bytes in 44 characters", base64.b64encode(mac + b"\0").decode("ascii")
    yield "of 16 bytes", base64.b64encode(mac[:16]).decode("ascii")
    yield "with a newline inside", signature[:20] + "\n" + signature[20:]
    yield "with an exclamation mark inside", signature[:20] + "!" + signature[20:]
    yield "with an exclamation mark in place of a character", signature[:20] + "!" + signature[21:]
    yield "followed by a newline", signature + "\n"
    yield "followed by a character after its pad", signature + "A"
    yield "with a full-width letter", "\uff21" + signature[1:]
    yield "with its pad percent-encoded", signature[:-1] + "%3D"
    yield "in hex", mac.hex()


def timestamps() -> Iterator[tuple[str, str]]:
    """Texts other than 1 to 12 ASCII digits."""
    yield from common_timestamps()
    yield "with a minus sign", "-1700000000"
    yield "after a space", " 1700000000"
    yield "followed by a newline", "1700000000\n"
    yield "followed by a tab", "1700000000\t"
    yield "with a dot and nothing after it", "1700000000."
    yield "that is infinity", "Infinity"
    yield "with a fraction and an exponent", "1.7e9"
    yield "in full-width digits", "\uff11\uff17" + "\uff10" * 8
    yield "in hex", "0x6553f100"
    yield "with an underscore between digits", "1_700000000"
    yield "with commas between thousands", "1,700,000,000"
    yield "that is a date", "2023-11-14T22:13:20Z"
    yield "that is the smallest 64-bit integer", "-9223372036854775808"
    yield "that is the largest 64-bit integer", "9223372036854775807"
    yield "that overflows 64 bits", "18446744075409551616"
    yield "with zeros in front to 13 digits", "0001700000000"
    yield "in double quotes", '"1700000000"'
    yield "that is a word", "now"


def common_timestamps() -> Iterator[tuple[str, str]]:
    """The malformed timestamps with which every scheme that has one is tested."""
    yield "in milliseconds", "1700000000000"
    yield "with a plus sign", "+1700000000"
    yield "followed by a space", "1700000000 "
    yield "with a fraction", "1700000000.0"
    yield "that is NaN", "NaN"
    yield "with an exponent", "1e9"
    yield "in Arabic-Indic digits", "\u0661\u0667" + "\u0660" * 8
    yield "followed by a dot and junk", "1700000000.junk"
