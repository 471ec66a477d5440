"""Bodies as Contio sends them, assembled from raw JSON text so that any part can be wrong."""

from __future__ import annotations

EVENT_TYPE = "meeting.completed"
EVENT_ID = "evt_01HF7Z8Q2M4"
TIMESTAMP = "2023-11-14T22:13:20Z"

# Values are JSON texts and not Python values, so that a vector can spell a value in any way, or wrongly.
_FIELDS = {
    "event_type": f'"{EVENT_TYPE}"',
    "event_id": f'"{EVENT_ID}"',
    "timestamp": f'"{TIMESTAMP}"',
    "partner_app_id": '"app_7c1d"',
    "data": '{"completed_at":"2023-11-14T22:13:19Z","meeting_id":"mtg_51","title":"Weekly sync",'
    '"workspace_id":"ws_9"}',
}


def members(**changes: str | None) -> list[str]:
    """The members of the usual envelope as JSON texts. A change replaces or adds a member; None removes it."""
    fields = {**_FIELDS, **changes}
    return [f'"{name}":{value}' for name, value in fields.items() if value is not None]


def envelope(*more: str, **changes: str | None) -> bytes:
    """The usual envelope with changed fields, followed by the raw members in `more`."""
    return ("{" + ",".join(members(**changes) + list(more)) + "}").encode("utf-8")


ENVELOPE = envelope()
