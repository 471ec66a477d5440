"""Bodies of many shapes, for genuine deliveries: the MAC covers the bytes, whatever they are."""

from __future__ import annotations

from typing import Iterator

from . import contio_body
from .contio_body import envelope


def bodies() -> Iterator[tuple[str, bytes]]:
    """For the schemes that do not interpret the body."""
    yield "an empty body", b""
    yield "a body of every byte value", bytes(range(256))
    yield "a body with replacement patterns such as $& and $$", b"{\"price\":\"$& $$ $1 $` $' ${x} \\\\1\"}"
    yield "a body with CR LF line ends", b'{\r\n  "a": 1\r\n}\r\n'
    yield "a body of 4 KB", b'{"filler":"' + b"0123456789abcdef" * 256 + b'"}'
    yield "a body in several scripts", '{"name":"Žofie 山田 🦀"}'.encode("utf-8")
    yield "a body with a byte order mark", b"\xef\xbb\xbf{}"
    yield "a body that ends in NUL", b'{"a":1}\0'


def envelopes() -> Iterator[tuple[str, bytes]]:
    """For Contio: envelopes that differ from the usual one only outside the fields that a verdict shows."""
    shuffled = list(reversed(contio_body.members()))
    yield "replacement patterns such as $& and $$ in a string", envelope(note='"$& $$ $1 $` $\' ${x}"')
    yield "CR LF between its members", b"{" + b",\r\n".join(m.encode() for m in contio_body.members()) + b"}\r\n"
    yield "4 KB of filler", envelope(filler='"' + "0123456789abcdef" * 256 + '"')
    yield "several scripts in a string", envelope(note='"Žofie 山田 🦀"')
    yield "a space after each comma and colon", _spaced(", ", '": ')
    yield "an indent of two spaces", _indented("  ")
    yield "an indent of tabs", _indented("\t")
    yield "its members in reverse order", ("{" + ",".join(shuffled) + "}").encode()
    yield "white space of all four kinds around it", b" \t\r\n" + contio_body.ENVELOPE + b"\n\r\t "


def _spaced(comma: str, colon: str) -> bytes:
    return ("{" + comma.join(m.replace('":', colon, 1) for m in contio_body.members()) + "}").encode()


def _indented(indent: str) -> bytes:
    lines = (indent + m.replace('":', '": ', 1) for m in contio_body.members())
    return ("{\n" + ",\n".join(lines) + "\n}\n").encode()
