"""A process that claims one event: `python -m once.claimer PLACE fork N`, or `hold LEASE`.

`fork` claims it in N processes at once, and prints all answers. `hold` follows the words on its standard input: `begin`
claims, `end` ends the claim.
"""

import json
import os
import sys
import time

from hookseal import WebhookVerificationError
from hookseal.once import Notice, Once
from once.stores import Place
from once.support import delivery


def main() -> None:
    place = Place(*json.loads(sys.argv[1]))
    if sys.argv[2] == "fork":
        fork(place, int(sys.argv[3]))
    else:
        hold(place, float(sys.argv[3]))


def fork(place: Place, number: int) -> None:
    read, write = os.pipe()
    start = time.monotonic() + 0.5
    for _ in range(number):
        if os.fork() == 0:
            answer = "nothing"
            try:
                once = Once(place.open(), scope="test")
                event = delivery()
                time.sleep(max(0, start - time.monotonic()))
                # The claim is not ended: its holder keeps it for the lease.
                once(event).__enter__()
                answer = "first"
            except WebhookVerificationError as error:
                answer = error.code if error.code == "in_progress" else str(error)
            finally:
                os.write(write, f"{answer}\n".encode())
                os._exit(0)
    os.close(write)
    with os.fdopen(read) as answers:
        print(json.dumps(answers.read().split("\n")[:-1]), flush=True)


def hold(place: Place, lease: float) -> None:
    notices: list[Notice] = []
    once = Once(place.open(), scope="test", lease=lease, on_notice=notices.append)
    attempt = once(delivery())
    for line in sys.stdin:
        if line.strip() == "begin":
            attempt = once(delivery())
            try:
                attempt.__enter__()
                print(notices.pop().name if notices else "first", flush=True)
            except WebhookVerificationError as error:
                print(error.code, flush=True)
        else:
            attempt.__exit__(None, None, None)
            print(notices.pop().name if notices else "finished", flush=True)


main()
