"""The router, as type checkers see it."""

from hookseal import Delivery, UnknownEvent, WebhookEvent
from hookseal.events import MeetingCompletedEvent, MeetingCreatedEvent
from hookseal.router import WebhookRouter

router = WebhookRouter()


@router.on("meeting.completed")
def completed(event: MeetingCompletedEvent) -> str:
    return event["data"]["title"]


@router.on("meeting.completed")
async def later(event: WebhookEvent) -> None:
    print(event["event_id"])


@router.on("meeting.archived")
def archived(event: UnknownEvent) -> None:
    print(event["data"]["anything"])


@router.on("meeting.completed")  # error: it takes another event
def created(event: MeetingCreatedEvent) -> None:
    print(event["data"])


@router.on_any
def any_event(event: WebhookEvent) -> None:
    print(event["event_type"])


@router.on_unknown
def unknown(event: WebhookEvent) -> None:
    print(event["event_type"])


router.on("meeting.created")(lambda event: print(event["data"]["meeting_id"]))
router.on_any(completed)  # error: not every event is this one
title: str = completed({"event_type": "meeting.completed"})  # error: much is missing


async def handle(delivery: Delivery, event: WebhookEvent) -> None:
    router.handle(delivery)
    await router.handle_async(event)
    router.handle("meeting.completed")  # error: this is no event
