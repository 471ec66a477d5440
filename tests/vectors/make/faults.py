"""Ways in which a tag or a timestamp can be written wrongly: (what is wrong, the wrong text)."""

from __future__ import annotations

import base64
from typing import Iterator

_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"


def hex_tags(tag: str) -> Iterator[tuple[str, str]]:
    """Faults of 64 hex digits. All but the last few would pass one known lenient reader or other."""
    yield "one digit short", tag[:-1]
    yield "one digit long", tag + "0"
    yield "half as long", tag[:32]
    yield "twice as long", tag + tag
    yield "with a letter that is no hex digit", tag[:40] + "g" + tag[41:]
    yield "with 0x in front", "0x" + tag
    yield "with 0x in place of two digits", "0x" + tag[2:]
    yield "after a space", " " + tag
    yield "followed by a space", tag + " "
    yield "followed by a tab", tag + "\t"
    yield "followed by a newline", tag + "\n"
    yield "followed by CR LF", tag + "\r\n"
    yield "followed by junk", tag + ";v=1"
    yield "with colons between pairs", ":".join(tag[i : i + 2] for i in range(0, 64, 2))
    yield "with spaces between pairs", " ".join(tag[i : i + 2] for i in range(0, 64, 2))
    yield "with an underscore in place of a digit", tag[:10] + "_" + tag[11:]
    yield "with a full-width digit", tag[:63] + "\uff11"
    yield "with an accented letter", tag[:62] + "\u00e9"
    yield "in double quotes", f'"{tag}"'
    yield "written twice with a comma", f"{tag}, {tag}"
    yield "in base64", base64.b64encode(bytes.fromhex(tag)).decode("ascii")


def base64_tags(tag: str) -> Iterator[tuple[str, str]]:
    """Faults of the 44 characters of a tag in base64."""
    mac = base64.b64decode(tag)
    last = _ALPHABET.index(tag[42])
    yield "without its pad", tag[:-1]
    yield "with a second pad", tag + "="
    yield "with one unused bit set", tag[:42] + _ALPHABET[last | 1] + "="
    yield "with both unused bits set", tag[:42] + _ALPHABET[last | 3] + "="
    yield "of 31 bytes in 44 characters", base64.b64encode(mac[:31]).decode("ascii")
    yield "of 33 bytes in 44 characters", base64.b64encode(mac + b"\0").decode("ascii")
    yield "of 16 bytes", base64.b64encode(mac[:16]).decode("ascii")
    yield "with a newline inside", tag[:20] + "\n" + tag[20:]
    yield "with an exclamation mark inside", tag[:20] + "!" + tag[20:]
    yield "with an exclamation mark in place of a character", tag[:20] + "!" + tag[21:]
    yield "followed by a newline", tag + "\n"
    yield "followed by a character after its pad", tag + "A"
    yield "with a full-width letter", "\uff21" + tag[1:]
    yield "with its pad percent-encoded", tag[:-1] + "%3D"
    yield "in hex", mac.hex()


def timestamps() -> Iterator[tuple[str, str]]:
    """Texts that are not 1 to 12 ASCII digits."""
    yield from timestamps_in_short()
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


def timestamps_in_short() -> Iterator[tuple[str, str]]:
    """The faults that every scheme with a timestamp is tried with."""
    yield "in milliseconds", "1700000000000"
    yield "with a plus sign", "+1700000000"
    yield "followed by a space", "1700000000 "
    yield "with a fraction", "1700000000.0"
    yield "that is NaN", "NaN"
    yield "with an exponent", "1e9"
    yield "in Arabic-Indic digits", "\u0661\u0667" + "\u0660" * 8
    yield "followed by a dot and junk", "1700000000.junk"
