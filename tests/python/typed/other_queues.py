"""Other queues, as type checkers see them."""

import os
from typing import Annotated

from fastapi import Depends, FastAPI
from hookseal import Delivery, DeliveryKey, WebhookEvent, WebhookVerifier
from hookseal.fastapi import webhook
from hookseal.once import Once
from hookseal.queue import (
    HandOver,
    HandOverNotice,
    Seal,
    StoredDelivery,
    hand_over,
    restored,
    restored_trusted,
    stored,
)
from typing_extensions import assert_type

seal = Seal([os.environ["QUEUE_KEY"], b"bytes"])
verifier = WebhookVerifier(os.environ["WEBHOOK_SECRET"])
once = Once()
app = FastAPI()


def hook(notice: HandOverNotice) -> None:
    print(notice.name == "no_key", notice.key, notice.error)


async def send(delivery: Delivery, key: str) -> None:
    print(stored(delivery, seal=seal), key)


queue = hand_over(send, scope="contio", timeout=2, on_notice=hook)
assert_type(queue, HandOver)


@app.post("/")
async def receive(_: Annotated[Delivery, Depends(webhook(verifier, hand_over=queue))]) -> None: ...


def work(text: str) -> None:
    delivery = restored(text, seal=seal)
    assert_type(delivery, StoredDelivery)
    assert_type(delivery.event(), WebhookEvent)
    assert_type(delivery.key, DeliveryKey | None)
    assert_type(delivery.received_at, float)
    with once(delivery) as first:
        print(bool(first), stored(delivery))
    assert_type(restored_trusted(text), StoredDelivery)


hand_over(send)  # error: the scope is missing
restored("text")  # error: the seal is missing
restored("text", seal="key")  # error: a key is no seal
stored(b"{}")  # error: no delivery
