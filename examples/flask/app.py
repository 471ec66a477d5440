"""Receives Contio's webhooks with Flask. WEBHOOK_SECRET is the endpoint's secret."""

import logging
import os

from flask import Flask
from hookseal import Delivery, WebhookVerifier
from hookseal.flask import webhook

logging.basicConfig(level=logging.INFO)  # refusals are logged at this level, with their code

verifier = WebhookVerifier(os.environ["WEBHOOK_SECRET"])
app = Flask(__name__)


@app.post("/webhooks/contio")
@webhook(verifier)
def receive(delivery: Delivery) -> tuple[str, int]:
    event = delivery.event()
    # The work is done before the answer, so that the sender tries again if it fails.
    if event["event_type"] == "meeting.completed":
        print(event["data"]["title"], "is over")
    else:
        print(event["event_type"], "came in")
    return "", 204
