"""The JSON of a Contio body, which is checked before any of its fields.

All vectors use the body variant with a genuine signature, so that only the envelope decides. Escapes of lone surrogates
are in `envelope_surrogates`, long numbers in `envelope_numbers`.
"""

from __future__ import annotations

from typing import Iterator

from ..contio_body import ENVELOPE, envelope, members
from ..senders import BODY
from ..vector import accept, refuse


def vectors() -> Iterator[dict]:
    for what, body in [*_good_texts(), *_good_names()]:
        yield accept(f"contio-body accepts {what}", BODY.genuine(body), BODY.ok())
    for what, body in [*_bad_texts(), *_bad_values(), *_bad_strings(), *_doubled_names()]:
        yield refuse(f"contio-body: {what} is no envelope", BODY.genuine(body), "malformed_envelope")


def _good_texts() -> Iterator[tuple[str, bytes]]:
    numbers = "[0,-0,1,-1,1.5,-1.50,1e5,1E+5,1e-5,0e0,0.0,123456789012345678901234567890]"
    yield "numbers of every form in an unknown field", envelope(numbers=numbers)
    yield "a number too large for a double in an unknown field", envelope(big="1e400")
    yield "a number too large for a double in data", envelope(data=_data("1e400"))
    yield "a number of 400 digits in an unknown field", envelope(big="9" * 400)
    yield "a number too small for a double in data", envelope(data=_data("-1e-400"))
    yield "null, true and false in an unknown field", envelope(words="[null,true,false]")
    yield "empty containers and strings in an unknown field", envelope(empty='[{},[],"",[[]],{"":{}}]')
    yield "every short escape in a string", envelope(note=r'"\"\\\/\b\f\n\r\t"')
    yield "escaped control characters in a string", envelope(note=r'"\u0000\u001f\u007f"')
    yield "a surrogate pair in a string", envelope(note=r'"\ud83e\udd80\uD83E\uDD80"')
    yield "escaped noncharacters in a string", envelope(note=r'"\ufffe\uffff\ufdd0"')
    yield "a raw DEL in a string", envelope(note='"\x7f"')
    yield "raw line separators in a string", envelope(note='"\u2028\u2029\u0085"')
    yield "a byte order mark inside a string", envelope(note='"\ufeff"')
    yield "the highest code point in a string", envelope(note='"\U0010ffff"')
    yield "an escaped backslash before what would be a surrogate", envelope(note=r'"\\ud800"')
    yield "braces, brackets and quotes inside a string", envelope(note=r'"}]\"{["')
    yield "white space of all four kinds between its tokens", ENVELOPE.replace(b'":', b'" \t\r\n:\n\t \r')


def _good_names() -> Iterator[tuple[str, bytes]]:
    yield "an unknown field twice", envelope('"extra":1', '"extra":2')
    yield "an unknown field twice, once escaped", envelope('"extra":1', r'"\u0065xtra":2')
    yield "an unknown name twice inside data", envelope(data=_data('1,"more":2'))
    yield "a field's name twice inside data", envelope(data=_data('1,"event_id":"a","event_id":"b"'))
    yield "a field's name inside an unknown field", envelope(nested='{"event_id":1,"data":2,"for_user":3}')
    yield "a field's name twice inside an unknown field", envelope(nested='{"event_id":1,"event_id":2}')
    yield "a user twice inside data", envelope(data=_data('1,"for_user":{"id":1,"id":2}'))
    yield "an unknown name twice inside for_user", envelope(for_user='{"id":"u","email":"e","x":1,"x":2}')
    yield "id and email beside for_user", envelope('"id":1', '"email":2', for_user='{"id":"u","email":"e"}')
    yield "id and email twice at the top level", envelope('"id":1', '"id":2', '"email":1', '"email":2')
    yield "id twice deeper inside for_user", envelope(for_user='{"id":"u","email":"e","x":{"id":1,"id":2}}')
    yield "a field's name in another case beside it", envelope('"Event_Id":1', '"DATA":null', '"Timestamp":0')
    yield "an empty name", envelope('"":0')
    yield "a field's name with NUL after it", envelope(r'"event_id\u0000":0')
    yield "a field's name with a space after it", envelope('"event_id ":0')
    yield "a field's name as a value", envelope('"extra":"event_id"', '"more":"data"')
    yield "an escaped letter in a field's name", ENVELOPE.replace(b"event_type", rb"event_\u0074ype")
    every = "".join(f"\\u{ord(c):04x}" for c in "data").encode()
    yield "a field's name escaped throughout", ENVELOPE.replace(b'"data"', b'"' + every + b'"')
    yield "__proto__ and constructor as names", envelope('"__proto__":{"event_id":1}', '"constructor":null')


def _bad_texts() -> Iterator[tuple[str, bytes]]:
    text = ENVELOPE.decode()
    yield "an empty body", b""
    yield "a body of white space", b" \n"
    yield "a body of one NUL", b"\0"
    yield "a byte order mark in front", b"\xef\xbb\xbf" + ENVELOPE
    yield "an envelope in UTF-16", text.encode("utf-16-le")
    yield "an array around the envelope", b"[" + ENVELOPE + b"]"
    for root in ["null", "true", "0", '"text"', "[]"]:
        yield f"a root of {root}", root.encode()
    yield "the envelope as a string", b'"' + text.replace('"', '\\"').encode() + b'"'
    yield "a missing end brace", ENVELOPE[:-1]
    yield "a missing first brace", ENVELOPE[1:]
    yield "a lone opening brace", b"{"
    yield "a body cut off inside a string", ENVELOPE[:20]
    yield "a second end brace", ENVELOPE + b"}"
    yield "a second envelope after the first", ENVELOPE + ENVELOPE
    yield "a second envelope on the next line", ENVELOPE + b"\n" + ENVELOPE
    yield "a word after the envelope", ENVELOPE + b" null"
    yield "a comma after the envelope", ENVELOPE + b","
    yield "NUL after the envelope", ENVELOPE + b"\0"
    yield "a form feed after the envelope", ENVELOPE + b"\x0c"
    yield "a vertical tab before the envelope", b"\x0b" + ENVELOPE
    yield "a no-break space after the envelope", ENVELOPE + "\u00a0".encode()
    yield "a line separator between two members", text.replace(',"event_id"', ',\u2028"event_id"').encode()
    yield "a comment after the envelope", ENVELOPE + b"// end"
    yield "a comment inside", ENVELOPE.replace(b',"event_id"', b',/* id */"event_id"')
    yield "a comma before the end brace", ENVELOPE[:-1] + b",}"
    yield "a comma after the first brace", b"{," + ENVELOPE[1:]
    yield "two commas between members", ENVELOPE.replace(b',"event_id"', b',,"event_id"')
    yield "no comma between members", ENVELOPE.replace(b',"event_id"', b' "event_id"')
    yield "a semicolon between members", ENVELOPE.replace(b',"event_id"', b';"event_id"')
    yield "a member without a colon", envelope('"extra" 1')
    yield "a member with two colons", envelope('"extra"::1')
    yield "a member with an equals sign", envelope('"extra"=1')
    yield "a member without a value", envelope('"extra":')
    yield "a name without quotes", envelope("extra:1")
    yield "a number as a name", envelope("1:1")
    yield "single quotes around a name", envelope("'extra':1")


def _bad_values() -> Iterator[tuple[str, bytes]]:
    for value in [
        "NaN", "Infinity", "-Infinity", "undefined", "True", "NULL", "nul", "nulls", "truefalse",
        "01", "-01", "00", "+1", "1.", ".5", "-.5", "-", "1e", "1e+", "1.e5", "1.5.5", "0x10", "1_000", "1,000",
        "'text'", "text", "[1,]", "[,1]", "[1 2]", "[1", "[1}", '{"a":1]', '{"a":1,}', '{"a"}', "{1:1}",
    ]:  # fmt: skip
        yield f"the value {value} in an unknown field", envelope(extra=value)
    yield "a fault inside data", envelope(data='{"a":01}')
    yield "full-width digits as a number", envelope(extra="\uff11")


def _bad_strings() -> Iterator[tuple[str, bytes]]:
    for what, character in [("newline", "\n"), ("tab", "\t"), ("NUL", "\0"), ("unit separator", "\x1f")]:
        yield f"a raw {what} in a string", envelope(note=f'"a{character}b"')
    yield "a raw newline in a name", envelope('"a\nb":1')
    for escape in [r"\x41", r"\'", r"\a", r"\0", r"\u12", r"\u00g0", r"\u+041", r"\u{41}", r"\U0041", "\\\n", r"\é"]:
        yield f"the escape {escape!r} in a string", envelope(note=f'"{escape}"')
    yield "a string that ends in a backslash", ENVELOPE[:-1] + b',"a":"\\"}'
    for what, raw in [
        ("a lone 0xFF byte", b"\xff"),
        ("a lone continuation byte", b"\x80"),
        ("a character cut off", b"\xe2\x82"),
        ("an overlong slash", b"\xc0\xaf"),
        ("an overlong NUL", b"\xc0\x80"),
        ("a surrogate written as UTF-8", b"\xed\xa0\x80"),
        ("a surrogate pair written as UTF-8", b"\xed\xa0\xbe\xed\xb6\x80"),
        ("a code point over U+10FFFF", b"\xf4\x90\x80\x80"),
        ("a Latin-1 letter", b"\xe9"),
    ]:
        yield f"{what} in a string", envelope(note='"@"').replace(b"@", raw)
    yield "a 0xFF byte after the envelope", ENVELOPE + b"\xff"
    yield "a 0xFF byte in a name", envelope('"@":1').replace(b"@", b"\xff")


def _doubled_names() -> Iterator[tuple[str, bytes]]:
    values = {
        "event_type": '"a.b"',
        "event_id": '"evt_other"',
        "timestamp": '"2023-11-14T22:13:20Z"',
        "partner_app_id": '"app_other"',
        "data": "{}",
        "actor_user_id": '"usr_1"',
        "for_user": '{"id":"u","email":"e"}',
    }
    for name, value in values.items():
        yield f"{name} twice", envelope(f'"{name}":{value}', **{name: value})
    yield "event_id twice with the same value", envelope(members()[1])
    yield "event_id twice, next to each other", ENVELOPE.replace(b',"timestamp"', b',"event_id":"x","timestamp"')
    yield "event_type twice, once escaped", envelope(r'"event_\u0074ype":"a.b"')
    yield "event_type twice, first escaped", b'{"event_\\u0074ype":"a.b",' + ENVELOPE[1:]
    yield "data twice, both escaped", envelope(r'"\u0064ata":{}', r'"dat\u0061":{}', data=None)
    yield "data twice, the second null", envelope('"data":null')
    yield "id twice inside for_user", envelope(for_user='{"id":"a","id":"b","email":"e"}')
    yield "email twice inside for_user", envelope(for_user='{"id":"a","email":"e","email":"e"}')
    yield "id twice inside for_user, once escaped", envelope(for_user=r'{"id":"a","email":"e","\u0069d":"b"}')
    yield from _doubled_names_in_bad_text()


def _doubled_names_in_bad_text() -> Iterator[tuple[str, bytes]]:
    """Two faults with the same code. Which of them is reported must not depend on how the body arrives."""
    double = b'"event_id":"b"'
    for what, raw in [("a 0xFF byte", b"\xff"), ("a character cut off", b"\xe2\x82"), ("a raw surrogate", b"\xed\xa0\x80")]:
        bad = b'"note":"' + raw + b'"'
        start, inner = b"{" + bad + b",", b',"for_user":{"id":"a","id":"b",'
        yield f"event_id twice before {what}", ENVELOPE[:-1] + b"," + double + b"," + bad + b"}"
        yield f"event_id twice after {what}", start + ENVELOPE[1:-1] + b"," + double + b"}"
        yield f"event_id twice around {what}", ENVELOPE[:-1] + b"," + bad + b"," + double + b"}"
        yield f"event_id twice, {what} in the second value", ENVELOPE[:-1] + b',"event_id":"' + raw + b'"}'
        yield f"event_id twice, {what} in the second name", ENVELOPE[:-1] + b',"event_id' + raw + b'":"b"}'
        yield f"event_id twice and {what} after the end", ENVELOPE[:-1] + b"," + double + b"}" + raw
        yield f"id twice inside for_user before {what}", ENVELOPE[:-1] + inner + bad + b"}}"
        yield f"id twice inside for_user after {what}", start + ENVELOPE[1:-1] + inner[:-1] + b"}}"
        yield f"event_id twice and {what} where a value should be", ENVELOPE[:-1] + b"," + double + b',"x":' + raw + b"}"


def _data(value: str) -> str:
    """The data of the usual envelope with another member. `value` is its value, and any text that follows it."""
    usual = next(member for member in members() if member.startswith('"data"'))
    return usual[len('"data":') : -1] + f',"more":{value}}}'
