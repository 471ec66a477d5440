"""Events, as type checkers see them."""

from hookseal import Delivery, EventType, UnknownEvent, WebhookEvent, WebhookVerifier
from hookseal.events import ActionButtonTriggeredEvent, MeetingCompletedEvent, MeetingCreatedEvent
from typing_extensions import assert_type


def narrowed(event: WebhookEvent) -> str:
    assert_type(event["event_id"], str)
    if event["event_type"] == "meeting.completed":
        assert_type(event, MeetingCompletedEvent)
        event["data"]["titel"]  # error: there is no such field
        return event["data"]["title"]
    if event["event_type"] == "meeting.complete":  # error: there is no such type
        return ""
    if event["event_type"] == "meeting.created":
        assert_type(event, MeetingCreatedEvent)
    event["data"]["title"]  # error: not every event has one
    return event["event_type"]


def matched(event: WebhookEvent) -> str:
    match event["event_type"]:
        case "meeting.completed":
            assert_type(event, MeetingCompletedEvent)
            return event["data"]["title"]
        case "meeting.created":
            return event["data"]["meeting_id"]
        case _:
            return event["event_type"]


def asked_for_as_text(event: WebhookEvent) -> bool:
    return str(event["event_type"]) == "meeting.archived"


def unknown(event: UnknownEvent) -> object:
    return event["data"]["whatever"]


def optional(event: WebhookEvent) -> str | None:
    user = event.get("for_user")
    assert_type(event.get("actor_user_id"), str | None)
    if user is None:
        return event["actor_user_id"].lower()  # error: it may be null
    assert_type(user.get("email"), str | None)
    return user.get("id")


def optional_in_data(event: ActionButtonTriggeredEvent) -> str:
    # Optional in the catalogue, and so absent or null.
    assert_type(event["data"].get("meeting_id"), str | None)
    return event["data"]["meeting_id"]  # error: it may be null


def received(delivery: Delivery, verifier: WebhookVerifier) -> EventType | None:
    assert_type(delivery.event(), WebhookEvent)
    assert_type(verifier.parse_webhook(b"", ""), WebhookEvent)
    known: EventType = "meeting.completed"
    wrong: EventType = "meeting.archived"  # error: there is no such type
    return known if wrong else None
