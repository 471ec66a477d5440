"""Receives Contio's webhooks with FastAPI. WEBHOOK_SECRET is the endpoint's secret."""

import logging
import os
from typing import Annotated

from fastapi import Depends, FastAPI
from hookseal import Delivery, WebhookVerifier
from hookseal.fastapi import webhook

logging.basicConfig(level=logging.INFO)  # refusals are logged at this level, with their code

verifier = WebhookVerifier(os.environ["WEBHOOK_SECRET"])
app = FastAPI()


# The delivery is the only parameter: a model of the body would be parsed before anything is verified.
@app.post("/webhooks/contio", status_code=204)
async def receive(delivery: Annotated[Delivery, Depends(webhook(verifier))]) -> None:
    event = delivery.event()
    # The work is done before the answer, so that the sender tries again if it fails. A BackgroundTask would be lost
    # with the process: ../fastapi-inbox stores the delivery first.
    if event["event_type"] == "meeting.completed":
        print(event["data"]["title"], "is over")
    else:
        print(event["event_type"], "came in")
