"""The optional fields of a Contio envelope: `actor_user_id`, `for_user`, and the two members of the latter.

Many encoders write null for an absent value, so null means absent here, at every level.
"""

from __future__ import annotations

from typing import Iterator

from ..contio_body import envelope
from ..senders import BODY, TIMESTAMPED, contio
from ..vector import accept, refuse

_NO_STRINGS = {"a number": "12", "true": "true", "false": "false", "an array": '["u"]', "an object": '{"id":"u"}'}
_NO_OBJECTS = {"a string": '"usr_1"', "an empty string": '""', "a number": "0", "true": "true", "false": "false",
               "an array": '[{"id":"u","email":"e"}]', "an empty array": "[]"}  # fmt: skip


def vectors() -> Iterator[dict]:
    for what, body in _absent():
        for sender in (TIMESTAMPED, BODY):
            yield accept(f"{sender.scheme} accepts {what}", sender.genuine(body), sender.ok())
            named = f"contio accepts {what} in the {sender.scheme.removeprefix('contio-')} form"
            yield accept(named, contio(sender.genuine(body)), sender.ok())
    for what, body in _wrong():
        yield refuse(f"contio-timestamped: {what} is invalid", TIMESTAMPED.genuine(body), "invalid_field")
    for what, body in _required():
        yield refuse(f"contio-body: {what} is invalid", BODY.genuine(body), "invalid_field")
    for what, body in _doubled():
        yield refuse(f"contio-body: {what} is no envelope", BODY.genuine(body), "malformed_envelope")


def _absent() -> Iterator[tuple[str, bytes]]:
    yield "an actor_user_id that is null", envelope(actor_user_id="null")
    yield "a for_user that is null", envelope(for_user="null")
    yield "an actor_user_id and a for_user that are null", envelope(actor_user_id="null", for_user="null")
    yield "an actor_user_id that is null next to a user", envelope(actor_user_id="null", for_user='{"id":"u","email":"e"}')
    yield "a for_user that is null next to an actor", envelope(actor_user_id='"usr_1"', for_user="null")
    users = {
        "with nothing in it": "{}",
        "with white space in it": "{ \n }",
        "with an id alone": '{"id":"usr_1"}',
        "with an email alone": '{"email":"ada@example.com"}',
        "with an empty id alone": '{"id":""}',
        "with an empty email alone": '{"email":""}',
        "with an id that is null": '{"id":null,"email":"ada@example.com"}',
        "with an email that is null": '{"id":"usr_1","email":null}',
        "with an id and an email that are null": '{"id":null,"email":null}',
        "with an id that is null and nothing else": '{"id":null}',
        "with an email that is null and nothing else": '{"email":null}',
        "with unknown members alone": '{"name":"Ada","team":{"id":7}}',
        "with an unknown member that is null": '{"name":null}',
        "with an id and an email deeper inside": '{"more":{"id":7,"email":[]}}',
        "with an ID in upper case that is a number": '{"ID":7,"Email":false}',
        "with an id that is null, the name of which is escaped": r'{"\u0069d":null,"emai\u006c":null}',
    }
    for what, value in users.items():
        yield f"a for_user {what}", envelope(for_user=value)
    yield "an actor_user_id that is null, the name of which is escaped", envelope(r'"actor_user\u005fid":null')
    yield "a for_user that is null, the name of which is escaped", envelope(r'"\u0066or_user":null')
    first = envelope().replace(b"{", b'{"for_user":null,"actor_user_id":null,', 1)
    yield "optional fields that are null in front of the others", first


def _wrong() -> Iterator[tuple[str, bytes]]:
    for kind, value in _NO_STRINGS.items():
        yield f"an actor_user_id that is {kind}", envelope(actor_user_id=value)
        yield f"a for_user.id that is {kind}", envelope(for_user=f'{{"id":{value},"email":"e"}}')
        yield f"a for_user.id that is {kind} and stands alone", envelope(for_user=f'{{"id":{value}}}')
        yield f"a for_user.email that is {kind}", envelope(for_user=f'{{"id":"u","email":{value}}}')
        yield f"a for_user.email that is {kind} and stands alone", envelope(for_user=f'{{"email":{value}}}')
        yield f"a for_user.email that is {kind} after an id that is null", envelope(for_user=f'{{"id":null,"email":{value}}}')
    for kind, value in _NO_OBJECTS.items():
        yield f"a for_user that is {kind}", envelope(for_user=value)
        yield f"a for_user that is {kind} after an actor that is null", envelope(actor_user_id="null", for_user=value)
    yield "an actor_user_id that is an array of null", envelope(actor_user_id="[null]")
    yield "a for_user that is an array of null", envelope(for_user="[null]")
    yield "a for_user.id that is the word null in a list", envelope(for_user='{"id":["null"]}')


def _required() -> Iterator[tuple[str, bytes]]:
    """A required field must not be null."""
    for name in ("event_type", "event_id", "timestamp", "partner_app_id", "data"):
        yield f"{name} that is null", envelope(**{name: "null"})
        yield f"{name} that is null among optional fields that are", envelope(
            **{name: "null", "actor_user_id": "null", "for_user": "null"}
        )


def _doubled() -> Iterator[tuple[str, bytes]]:
    """A duplicate field is refused whatever its values are, even if one of them is null."""
    for name, value in [("actor_user_id", '"usr_1"'), ("for_user", '{"id":"u"}')]:
        yield f"{name} twice, both null", envelope(f'"{name}":null', **{name: "null"})
        yield f"{name} twice, the first null", envelope(f'"{name}":{value}', **{name: "null"})
        yield f"{name} twice, the second null", envelope(f'"{name}":null', **{name: value})
    for name in ("id", "email"):
        yield f"for_user.{name} twice, both null", envelope(for_user=f'{{"{name}":null,"{name}":null}}')
        yield f"for_user.{name} twice, the first null", envelope(for_user=f'{{"{name}":null,"{name}":"x"}}')
        yield f"for_user.{name} twice, the second null", envelope(for_user=f'{{"{name}":"x","{name}":null}}')
    yield "for_user twice, first null, then with id twice", envelope('"for_user":{"id":1,"id":2}', for_user="null")
