"""Every event type that Contio is known to send, and some unknown ones."""

from __future__ import annotations

import json
from typing import Iterator

from ..contio_body import envelope
from ..event_data import EVENT_DATA
from ..senders import BODY, TIMESTAMPED, contio
from ..vector import accept


def vectors() -> Iterator[dict]:
    for event_type, data in EVENT_DATA.items():
        event_id = "evt_" + event_type.replace(".", "_")
        body = _event(event_type, event_id, data)
        for sender, variant in [(TIMESTAMPED, "timestamped"), (BODY, "body")]:
            ok = sender.ok(event_type=event_type, event_id=event_id)
            yield accept(f"contio accepts {event_type} in the {variant} form", contio(sender.genuine(body)), ok)

    unknown = {
        "of a later release": "meeting.transcript.ready",
        "without a dot": "ping",
        "in upper case": "MEETING.COMPLETED",
        "with a space at its end": "meeting.completed ",
        "in another script": "会議.完了",
    }
    for what, event_type in unknown.items():
        body = _event(event_type, "evt_unknown", {"anything": [1, {"deep": None}]})
        for sender in (TIMESTAMPED, BODY):
            ok = sender.ok(event_type=event_type, event_id="evt_unknown")
            yield accept(f"{sender.scheme} accepts an unknown event type {what}", sender.genuine(body), ok)

    later = {**EVENT_DATA["meeting.created"], "room": {"floor": 3}, "tags": ["a", "b"]}
    body = _event("meeting.created", "evt_later", later)
    ok = BODY.ok(event_type="meeting.created", event_id="evt_later")
    yield accept("contio-body accepts fields in data that came later", BODY.genuine(body), ok)


def _event(event_type: str, event_id: str, data: dict) -> bytes:
    # Like JSON.stringify: compact, without needless escapes.
    texts = [json.dumps(part, ensure_ascii=False, separators=(",", ":")) for part in (event_type, event_id, data)]
    return envelope(
        event_type=texts[0],
        event_id=texts[1],
        data=texts[2],
        actor_user_id='"usr_12"',
        for_user='{"id":"usr_12","email":"ada@example.com"}',
    )
