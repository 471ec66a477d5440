"""Receives Contio's webhooks with FastAPI: each is stored in a file before it is answered, and handled later.

WEBHOOK_SECRET is the endpoint's secret; INBOX_FILE is where deliveries are stored. What was answered with 200 is
handled, though the process is killed in between.
"""

import logging
import os
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Annotated

from fastapi import Depends, FastAPI
from hookseal import Delivery, WebhookEvent, WebhookVerifier
from hookseal.events import MeetingCompletedEvent
from hookseal.fastapi import webhook
from hookseal.inbox import Inbox
from hookseal.router import WebhookRouter

logging.basicConfig(level=logging.INFO)  # refusals are logged at this level, with their code

verifier = WebhookVerifier(os.environ["WEBHOOK_SECRET"])
# Put the file on a volume: on a container's own disk it is lost with the container.
inbox = Inbox(os.environ.get("INBOX_FILE", "inbox.db"), scope="contio")
router = WebhookRouter()


# Handlers may take their time. One that raises is called again: in 5 s, then later each time, 12 times.
@router.on("meeting.completed")
def completed(event: MeetingCompletedEvent) -> None:
    print(event["data"]["title"], "is over")


@router.on_unknown
def other(event: WebhookEvent) -> None:
    print(event["event_type"], "is not handled here")


@asynccontextmanager
async def working(app: FastAPI) -> AsyncGenerator[None, None]:
    # Ends with the server, which waits for the handlers that run. What is left is handled after the next start.
    with inbox.work(router, concurrency=10):
        yield


app = FastAPI(lifespan=working)


@app.post("/webhooks/contio")
async def receive(delivery: Annotated[Delivery, Depends(webhook(verifier, inbox=inbox))]) -> None:
    """Called for what is stored; it only answers 200."""
