"""Receives Contio's webhooks with Flask, and handles each event once, also after a restart.

WEBHOOK_SECRET is the endpoint's secret; ONCE_FILE is where handled events are remembered.
"""

import logging
import os

from flask import Flask
from hookseal import Delivery, WebhookVerifier
from hookseal.flask import webhook
from hookseal.once import Once, SQLiteStore

logging.basicConfig(level=logging.INFO)  # refusals are logged at this level, with their code

# Put the file on a disk that outlives a redeploy. PostgresStore and RedisStore are for several machines.
once = Once(SQLiteStore(os.environ.get("ONCE_FILE", "once.db")), scope="contio")
verifier = WebhookVerifier(os.environ["WEBHOOK_SECRET"], once=once)
app = Flask(__name__)


# Called for the first delivery of each event. If it raises, or the process is killed, the sender's next attempt is
# handled instead; after that, duplicates are answered 200 and not handled.
@app.post("/webhooks/contio")
@webhook(verifier, once=once)
def receive(delivery: Delivery) -> tuple[str, int]:
    event = delivery.event()
    if event["event_type"] == "meeting.completed":
        print(event["data"]["title"], "is over")
    else:
        print(event["event_type"], "came in")
    return "", 204
