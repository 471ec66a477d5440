"""Deliveries in the queue of another engine: sealed, so that a worker can tell them from forged ones, and handed over
before the sender is answered.

    seal = Seal(os.environ["QUEUE_KEY"])

    queue = hand_over(
        lambda delivery, key: handle.apply_async([stored(delivery, seal=seal)], task_id=key),
        scope="contio",
    )

    queue.put(delivery)  # then answer 200

The adapters take it too: `webhook(verifier, hand_over=queue)`. In the worker, `restored(text, seal=seal)` is the
delivery again. What a 200 is worth is what the function waits for. A queue drops duplicates for minutes or days, and
senders repeat for longer: handle each delivery once in the worker, with `hookseal.once`.
"""

from hookseal.queue._hand_over import HandOver, HandOverNotice, hand_over
from hookseal.queue._seal import Seal
from hookseal.queue._stored import StoredDelivery, restored, restored_trusted, stored

__all__ = [
    "HandOver",
    "HandOverNotice",
    "Seal",
    "StoredDelivery",
    "hand_over",
    "restored",
    "restored_trusted",
    "stored",
]
