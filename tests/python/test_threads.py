"""One verifier, shared by several threads."""

import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

from hookseal import WebhookVerifier
from senders import NOW, SECRET, contio, envelope

THREADS = 8
ROUNDS = 2000


def test_eight_threads_get_the_same_verdicts_as_one() -> None:
    verifier = WebhookVerifier(SECRET, now=NOW)
    bodies = [envelope(event_id=f"evt-{size}", data={"title": "x" * size}) for size in (0, 1000, 20_000, 100_000)]
    deliveries = [(body, *contio(body).values()) for body in bodies]
    deliveries += [(body + b" ", signature, timestamp) for body, signature, timestamp in deliveries]
    expected = [True] * len(bodies) + [False] * len(bodies)
    start = threading.Barrier(THREADS)

    def work(seed: int) -> list[bool]:
        start.wait()
        found = []
        for number in range(seed, seed + ROUNDS // THREADS):
            body, signature, timestamp = deliveries[number % len(deliveries)]
            found.append(bool(verifier.verify_signature(body, signature, timestamp)))
            if found[-1]:
                event = verifier.verify({"X-Contio-Signature": signature, "X-Contio-Timestamp": timestamp}, body)
                assert event.body == body
        return found

    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    try:
        with ThreadPoolExecutor(THREADS) as pool:
            results = list(pool.map(work, range(THREADS)))
    finally:
        sys.setswitchinterval(interval)
    for seed, found in enumerate(results):
        assert found == [expected[number % len(expected)] for number in range(seed, seed + len(found))]


def test_other_threads_run_while_a_large_body_is_verified() -> None:
    verifier = WebhookVerifier(SECRET, now=NOW)
    body = bytes(64 * 1024 * 1024)
    signature, timestamp = contio(body).values()
    progress = 0
    stop = threading.Event()

    def count() -> None:
        nonlocal progress
        while not stop.is_set():
            progress += 1
            # Releases the GIL.
            time.sleep(0)

    interval = sys.getswitchinterval()
    # No thread is forced to release the GIL, so the other thread only progresses if the verifier releases it.
    sys.setswitchinterval(3600)
    counter = threading.Thread(target=count)
    try:
        counter.start()
        before = progress
        assert verifier.verify_signature(body, signature, timestamp)
        after = progress
    finally:
        sys.setswitchinterval(interval)
        stop.set()
        counter.join()
    assert after > before
