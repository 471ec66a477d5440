"""Events of a known type whose `data` does not match the catalogue. They are genuine deliveries all the same.

The catalogue is what the sender's packages declared at some time. A field that was added later, removed, or is null now
is no reason to refuse a signed delivery. The receiver gets the event with its type and id, and can inspect the data.
"""

from __future__ import annotations

import json
from typing import Callable, Iterator

from ..contio_body import envelope
from ..event_data import EVENT_DATA, OPTIONAL
from ..senders import BODY, TIMESTAMPED, contio
from ..vector import accept, refuse


def vectors() -> Iterator[dict]:
    for event_type, data in EVENT_DATA.items():
        for what, text in [*_optional(event_type, data), *_mismatched(data)]:
            yield from _accepted(event_type, what, text)
    for event_type, what, text in _nested():
        yield from _accepted(event_type, what, text)
    yield from _still_refused()


def _accepted(event_type: str, what: str, data: str) -> Iterator[dict]:
    event_id = "evt_" + event_type.replace(".", "_")
    body = envelope(event_type=f'"{event_type}"', event_id=f'"{event_id}"', data=data)
    # Both variants have the same envelope, so each type is tested with one of them.
    variant = BODY if len(EVENT_DATA[event_type]) % 2 else TIMESTAMPED
    ok = variant.ok(event_type=event_type, event_id=event_id)
    yield accept(f"contio accepts {event_type} with {what}", contio(variant.genuine(body)), ok)


def _optional(event_type: str, data: dict) -> Iterator[tuple[str, str]]:
    optional = sorted(OPTIONAL.get(event_type, ()))
    if not optional:
        return
    required = {name: value for name, value in data.items() if name not in optional}
    yield "no optional field", _text(required)
    yield "every optional field null", _text({**required, **dict.fromkeys(optional)})
    for name in optional if len(optional) > 1 else ():
        yield f"{name} alone null", _text({**data, name: None})


def _mismatched(data: dict) -> Iterator[tuple[str, str]]:
    first, last = next(iter(data)), list(data)[-1]
    members = [f"{_text(name)}:{_text(value)}" for name, value in data.items()]
    yield "data that is empty", "{}"
    yield f"every field but {last}", _text({name: value for name, value in data.items() if name != last})
    yield "every field null", _text(dict.fromkeys(data))
    yield "every field of another type", _text({name: _of_another_type(value) for name, value in data.items()})
    yield f"{first} twice", "{" + ",".join([*members, members[0]]) + "}"
    yield f"{last} twice, the second null", "{" + ",".join([*members, f"{_text(last)}:null"]) + "}"


def _of_another_type(value):
    return 7 if isinstance(value, str | dict | list | None) else "text"


def _nested() -> Iterator[tuple[str, str, str]]:
    """Nested fields, and values that some number types cannot represent."""

    def changed(event_type: str, change: Callable[[dict], None]) -> str:
        data = json.loads(_text(EVENT_DATA[event_type]))
        change(data)
        return _text(data)

    meeting, people, context = "meeting_template.applied", "participant.added", "meeting.context.processed"
    items = {
        "applied_items that are null": None,
        "applied_items that are an array": [],
        "applied_items that are empty": {},
        "a negative count of documents": {"agenda_items": 4, "documents": -1, "participants": 0},
        "a fractional count of documents": {"agenda_items": 4, "documents": 1.5, "participants": 0},
        "a count of documents that is text": {"agenda_items": 4, "documents": "1", "participants": 0},
    }
    for what, value in items.items():
        yield meeting, what, changed(meeting, lambda data: data.update(applied_items=value))
    whole = _text(EVENT_DATA[meeting])
    yield meeting, "a nested field twice", whole.replace('"documents":1', '"documents":1,"documents":2')
    participants = {
        "participants that are null": None,
        "participants that are an object": {},
        "no participants": [],
        "a participant that is null": [None],
        "a participant that is text": ["prt_1"],
        "a participant that is empty": [{}],
        "a participant whose optional fields are null": [
            {"guest_email": None, "participant_id": "prt_1", "role": "attendee", "user_id": None}
        ],
        "a participant without its optional fields": [{"participant_id": "prt_1", "role": "attendee"}],
        "a participant whose role is null": [{"participant_id": "prt_1", "role": None, "user_id": "usr_14"}],
        "a second participant that does not fit": [{"participant_id": "prt_1", "role": "a", "user_id": None}, 7],
    }
    for what, value in participants.items():
        yield people, what, changed(people, lambda data: data.update(participants=value))
    doubled = _text(EVENT_DATA[people]).replace('"role":"guest"', '"role":"guest","role":"host"')
    yield people, "a participant's role twice", doubled
    for what, value in [("null", None), ("an object", {}), ("empty", []), ("a list of null", [None]), ("text", "none")]:
        text = changed(context, lambda data: data["sanitization_report"].update(redactions=value))
        yield context, f"redactions that are {what}", text
    yield context, "no redactions", changed(context, lambda data: data["sanitization_report"].pop("redactions"))
    yield context, "a report that is null", changed(context, lambda data: data.update(sanitization_report=None))
    for what, number in [("of 5,000 digits", "9" * 5_000), ("beyond a double", "1e400"), ("below zero", "-4"),
                         ("with a fraction", "4.5"), ("of minus zero", "-0"), ("2^64", str(2**64))]:  # fmt: skip
        event_type = "calendar_event.created"
        text = _text(EVENT_DATA[event_type]).replace('"attendee_count":4', f'"attendee_count":{number}')
        yield event_type, f"an attendee_count that is a number {what}", text
        event_type = "automation.assignment.created"
        text = _text(EVENT_DATA[event_type]).replace('"confidence_score":0.92', f'"confidence_score":{number}')
        yield event_type, f"a confidence_score that is a number {what}", text
    payload = _text(EVENT_DATA["automation.assignment.created"])
    doubled = payload.replace('{"ticket":"OPS-17"', '{"ticket":"OPS-17","tick\\u0065t":2')
    yield "automation.assignment.created", "a name of its open payload twice", doubled
    null = payload.replace('{"ticket":"OPS-17","labels":["follow-up","urgent"]}', "null")
    yield "automation.assignment.created", "an open payload that is null", null
    yield "action_item.updated", "a status that came later", _text({**EVENT_DATA["action_item.updated"], "status": "snoozed"})
    created = _text(EVENT_DATA["meeting.created"])
    yield "meeting.created", "a title twice, once escaped", created[:-1] + r',"titl\u0065":"other"}'
    yield "meeting.created", "a TITLE in upper case in place of its own", created.replace('"title"', '"TITLE"')
    yield "meeting.created", "data of unknown fields alone", '{"later":1,"more":{"a":[null]}}'
    yield "meeting.created", "a title that is an object", created.replace('"Weekly sync"', '{"text":"Weekly sync"}')
    cut = _text(EVENT_DATA["meeting.completed"]).replace("Weekly sync", r"Weekly \ud83d")
    yield "meeting.completed", "a title cut inside an emoji", cut
    cut = _text(EVENT_DATA["action_item.updated"]).replace("in_progress", r"in_progress\ud83d")
    yield "action_item.updated", "a status cut inside an emoji", cut
    cut = _text(EVENT_DATA["meeting.completed"]).replace('"title"', r'"title\ud83d"')
    yield "meeting.completed", "a title whose name has a lone surrogate", cut


def _still_refused() -> Iterator[dict]:
    """The requirements of the envelope apply to every type."""
    for data in ["null", "[]", '"{}"', "0", "true"]:
        body = envelope(event_type='"meeting.created"', data=data)
        yield refuse(f"contio: a known type with data of {data} is invalid", contio(BODY.genuine(body)), "invalid_field")
    broken = envelope(event_type='"meeting.created"', data='{"title":}')
    yield refuse("contio: a known type with broken data is no envelope", contio(BODY.genuine(broken)), "malformed_envelope")
    without = envelope(event_type='"meeting.created"', data=None)
    yield refuse("contio: a known type without data lacks a field", contio(BODY.genuine(without)), "missing_field")


def _text(value) -> str:
    # Like JSON.stringify: compact, without needless escapes.
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
