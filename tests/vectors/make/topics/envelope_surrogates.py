"""Escapes of lone surrogates: JSON text for half of a character, as JavaScript writes an emoji that was cut in two.

They are accepted where no decision depends on them: in `data` and in unknown fields, in values and names. They are
refused in the envelope's own strings. All vectors use the body variant, except for a few that cover the others.
"""

from __future__ import annotations

from typing import Callable, Iterator

from ..contio_body import ENVELOPE, envelope
from ..senders import BODY, GITHUB, OTHERS, TIMESTAMPED, contio
from ..vector import accept, refuse

# The contents of a string, between its quotes.
_LONE = {
    "a high surrogate alone": r"\ud83d",
    "a low surrogate alone": r"\udd80",
    "a title cut inside its last emoji": r"Launch \ud83d",
    "a text that begins with the second half of an emoji": r"\udd80 launch",
    "a high surrogate before a letter": r"\ud83dA",
    "a high surrogate before raw letters of several bytes": "\\ud83dé山",
    "a high surrogate before a raw emoji": "\\ud83d\U0001f980",
    "a high surrogate before the letter u": r"\ud83du",
    "a high surrogate before an escaped newline": r"\ud83d\n",
    "a high surrogate before an escaped quote": r"\ud83d\"",
    "a high surrogate before an escaped slash": r"\ud83d\/",
    "a high surrogate before an escaped backslash": r"\ud83d\\",
    "a high surrogate before an escaped backslash and the letters of a low one": r"\ud83d\\udd80",
    "a high surrogate before an escaped letter": r"\ud83d\u0041",
    "a high surrogate before an escaped NUL": r"\ud83d\u0000",
    "a high surrogate before the first code point after the surrogates": r"\ud83d\ue000",
    "two high surrogates": r"\ud83e\ud83e",
    "three high surrogates": r"\ud83e\ud83e\ud83e",
    "two low surrogates": r"\udd80\udd80",
    "a low surrogate before a high one": r"\udd80\ud83e",
    "a high surrogate before a pair": r"\ud83d\ud83e\udd80",
    "a low surrogate before a pair": r"\udd80\ud83e\udd80",
    "a low surrogate after a pair": r"\ud83e\udd80\udd80",
    "a high surrogate after a pair": r"\ud83e\udd80\ud83e",
    "a high surrogate between pairs": r"\ud83e\udd80\ud83e\ud83e\udd80",
    "a letter between a high and a low surrogate": r"\ud83ex\udd80",
    "a high surrogate in upper case": r"\uD83D",
    "a low surrogate in upper case": r"\uDD80",
    "a high surrogate in mixed case": r"\uD83d",
    "the first high surrogate": r"\ud800",
    "the last high surrogate": r"\udbff",
    "the first low surrogate": r"\udc00",
    "the last low surrogate": r"\udfff",
    "a hundred high surrogates": r"\ud83d" * 100,
}
_SOME = {
    what: _LONE[what]
    for what in (
        "a high surrogate alone",
        "a low surrogate alone",
        "a high surrogate before a letter",
        "a high surrogate before an escaped quote",
        "two high surrogates",
        "a low surrogate before a high one",
        "a high surrogate after a pair",
        "a high surrogate in upper case",
    )
}
_PAIRS = {
    "a pair": r"\ud83e\udd80",
    "a pair in upper and lower case": r"\uD83E\udd80",
    "the first pair": r"\ud800\udc00",
    "the last pair": r"\udbff\udfff",
    "two pairs": r"\ud83e\udd80\ud83e\udd80",
    "the code points around the surrogates": r"\ud7ff\ue000",
}
_DATA = '{"completed_at":"2023-11-14T22:13:19Z","meeting_id":"mtg_51","title":"%s","workspace_id":"ws_9"}'
# The places where no decision depends on a string: those that are tested with every text, and the others.
_PLACES: dict[str, Callable[[str], bytes]] = {
    "in a title in data": lambda text: envelope(data=_DATA % text),
    "as an unknown name": lambda text: envelope(f'"{text}":"x"'),
    "in an unknown member of for_user": lambda text: envelope(for_user=f'{{"id":"u","name":"{text}"}}'),
}
_MORE_PLACES: dict[str, Callable[[str], bytes]] = {
    "as a name in data": lambda text: envelope(data=f'{{"{text}":"x","more":1}}'),
    "nested in data": lambda text: envelope(data=f'{{"list":[[{{"a":{{"{text}":["{text}"]}}}}]]}}'),
    "in an unknown field": lambda text: envelope(f'"note":"{text}"'),
    "in an unknown field in front": lambda text: b'{"note":"' + text.encode() + b'",' + ENVELOPE[1:],
    "nested in an unknown field": lambda text: envelope(f'"note":[{{"{text}":"{text}"}}]'),
    "as an unknown name in for_user": lambda text: envelope(for_user=f'{{"{text}":"x","email":"e"}}'),
}


def vectors() -> Iterator[dict]:
    for where, place in _PLACES.items():
        for what, text in {**_LONE, **_PAIRS}.items():
            yield accept(f"contio-body accepts {what} {where}", BODY.genuine(place(text)), BODY.ok())
    for where, place in _MORE_PLACES.items():
        for what, text in _SOME.items():
            yield accept(f"contio-body accepts {what} {where}", BODY.genuine(place(text)), BODY.ok())
    for what, text in _SOME.items():
        body = envelope(r'"\udd80":"%s"' % text, data=_DATA % text)
        yield accept(f"contio-timestamped accepts {what} in data and at the end", TIMESTAMPED.genuine(body), TIMESTAMPED.ok())
    both = envelope(data=_DATA % r"Launch \ud83d")
    for variant in (TIMESTAMPED, BODY):
        yield accept(f"contio accepts a cut emoji in the {variant.scheme} form", contio(variant.genuine(both)), variant.ok())
    yield from _envelope_strings()
    yield from _names()
    yield from _bad_escapes()
    for sender in OTHERS:
        body = rb'{"title":"Launch \ud83d","\udd80":["\ud83d\ud83d"]}'
        yield accept(f"{sender.scheme}: a lone surrogate in a body is nobody's concern", sender.genuine(body), sender.ok())
    escape = GITHUB.carry([GITHUB.tag(b'{"title":"\xef\xbf\xbd"}')], rb'{"title":"\ud83d"}')
    yield refuse("github: a lone surrogate is not signed as the replacement character", escape, "signature_mismatch")
    signed = envelope(data=_DATA % "\ufffd")
    sent = BODY.carry([BODY.tag(signed)], envelope(data=_DATA % r"\ud83d"))
    yield refuse("contio-body: a lone surrogate is not signed as the replacement character", sent, "signature_mismatch")


def _envelope_with(name: str, text: str) -> bytes:
    """The usual envelope with `text` in one of its own strings."""
    if name.startswith("for_user."):
        return envelope(for_user=f'{{"{name.removeprefix("for_user.")}":"{text}"}}')
    return envelope(**{name: f'"{text}"'})


def _envelope_strings() -> Iterator[dict]:
    names = ("event_type", "event_id", "timestamp", "partner_app_id", "actor_user_id", "for_user.id", "for_user.email")
    for name in names:
        for what, text in (_LONE if name == "event_id" else _SOME).items():
            refused = BODY.genuine(_envelope_with(name, text))
            yield refuse(f"contio-body: {what} in {name} is no envelope", refused, "malformed_envelope")
        cut = _envelope_with(name, r"2023-11-14T22:13:20Z\ud83d")
        for variant in (TIMESTAMPED, BODY):
            named = f"contio: a lone surrogate in {name} of the {variant.scheme} form is no envelope"
            yield refuse(named, contio(variant.genuine(cut)), "malformed_envelope")
        for what, text in list(_PAIRS.items())[: None if name == "event_id" else 2]:
            delivery = BODY.genuine(_envelope_with(name, text))
            if name == "timestamp":
                yield refuse(f"contio-body: {what} in {name} is invalid", delivery, "invalid_field")
                continue
            meant = text.encode().decode("unicode_escape").encode("utf-16", "surrogatepass").decode("utf-16")
            ok = BODY.ok(**({name: meant} if name in ("event_type", "event_id") else {}))
            yield accept(f"contio-body accepts {what} in {name}", delivery, ok)
    # A value of another type is refused for its type, not for the strings in it.
    for name, value in [("event_id", r'["\ud83d"]'), ("actor_user_id", r'{"a":"\ud83d"}'), ("data", r'"\ud83d"'),
                        ("for_user", r'"\ud83d"'), ("for_user", r'{"id":["\udd80"]}')]:  # fmt: skip
        invalid = BODY.genuine(envelope(**{name: value}))
        yield refuse(f"contio-body: {name} is of the wrong type where it is {value}", invalid, "invalid_field")


def _names() -> Iterator[dict]:
    """A name with a lone surrogate is not a known name, wherever the surrogate is."""
    spellings = {"after it": r"%s\ud83d", "before it": r"\udd80%s", "after it in upper case": r"%s\uDD80"}
    required = ("event_type", "event_id", "timestamp", "partner_app_id", "data")
    for name in (*required, "actor_user_id", "for_user"):
        for where, spelling in {**spellings, "inside it": name[:3] + r"\ud83d" + name[3:]}.items():
            odd = spelling % name if "%s" in spelling else spelling
            both = BODY.genuine(envelope(f'"{odd}":[7]', f'"{odd}":null'))
            yield accept(f"contio-body takes {name} with a lone surrogate {where} for unknown", both, BODY.ok())
            if name in required:
                alone = envelope(f'"{odd}":"x"', **{name: None})
                named = f"contio-body: {name} with a lone surrogate {where} does not stand in for it"
                yield refuse(named, BODY.genuine(alone), "missing_field")
    for name in ("id", "email"):
        for where, spelling in spellings.items():
            user = f'{{"id":"u","{spelling % name}":7,"email":"e","{spelling % name}":[]}}'
            named = f"contio-body takes for_user.{name} with a lone surrogate {where} for unknown"
            yield accept(named, BODY.genuine(envelope(for_user=user)), BODY.ok())
    pairs = {
        "one of a low surrogate, one of a high one": (r"a\ud83d", r"a\udd80"),
        "one with a letter more": (r"a\ud83d", r"a\ud83db"),
        "one of them cut before the surrogate": ("a", r"a\ud83d"),
        "one of them with the replacement character": (r"a\ud83d", "a\ufffd"),
        "one of them a pair": (r"a\ud83e", r"a\ud83e\udd80"),
        "both the same": (r"a\ud83d", r"a\ud83d"),
        "both the same but for the case of a digit": (r"a\ud83d", r"a\uD83D"),
    }
    for what, (one, other) in pairs.items():
        members = f'"{one}":1,"{other}":2'
        places = {
            "in data": envelope(data="{" + members + "}"),
            "at the root": envelope(members),
            "in for_user": envelope(for_user="{" + members + "}"),
        }
        for where, body in places.items():
            named = f"contio-body accepts two unknown names {where} that differ in a lone surrogate, {what}"
            yield accept(named, BODY.genuine(body), BODY.ok())
    known_around = envelope(r'"event_id\ud83d":1', '"event_id":"b"')
    yield refuse(
        "contio-body: event_id twice is a duplicate, though one like it with a lone surrogate stands between",
        BODY.genuine(known_around),
        "malformed_envelope",
    )
    escaped = envelope(r'"\u0065vent_id\udd80":1')
    yield accept("contio-body takes an escaped event_id with a lone surrogate for unknown", BODY.genuine(escaped), BODY.ok())


def _bad_escapes() -> Iterator[dict]:
    """What follows a high surrogate must still be valid."""
    bad = {
        "an escape without digits": rb"\ud83d\u",
        "an escape cut short": rb"\ud83d\udd8",
        "an escape with a letter that is no digit": rb"\ud83d\udd8g",
        "an unknown escape": rb"\ud83d\x41",
        "an escape with an upper-case U": rb"\ud83d\UDD80",
        "a raw newline": b"\\ud83d\n",
        "a raw NUL": b"\\ud83d\0",
        "a 0xFF byte": b"\\ud83d\xff",
        "a raw low surrogate": b"\\ud83d\xed\xb6\x80",
        "its own last digit missing": rb"\ud83",
        "the end of the body": None,
        "a backslash before the closing quote": b"\\ud83d\\",
    }
    for what, text in bad.items():
        for where, template in [("data", envelope(data='{"title":"@"}')), ("an unknown field", envelope('"note":"@"')),
                                ("an unknown name", envelope('"@":1'))]:  # fmt: skip
            body = template.split(b"@")[0] + rb"\ud83d" if text is None else template.replace(b"@", text)
            named = f"contio-body: a high surrogate in {where} before {what} is no envelope"
            yield refuse(named, BODY.genuine(body), "malformed_envelope")
