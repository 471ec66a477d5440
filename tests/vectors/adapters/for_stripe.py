"""python play.py -- python adapters/for_stripe.py: the package stripe, and its check of signatures alone."""

import time
from typing import Any

from adapter import OUTSIDE, Skip, headers_of, only_secret, serve, usable_secret, with_default_limits
from stripe import SignatureVerificationError, WebhookSignature


def verify(request: dict[str, Any], body: bytes) -> None:
    options = with_default_limits(request, "max_age")
    if options.get("max_age") == 0:
        raise Skip("a tolerance of 0, which is documented as none")
    secret = usable_secret(only_secret(request), False)
    header = headers_of(request).get("stripe-signature")
    # The library asks the clock, which is the vector's here.
    time.time = lambda: float(request["now"])
    WebhookSignature.verify_header(body, header, secret, options.get("max_age", 300))


FUTURE = {"future": "a time in the future, since its tolerance is documented for old ones"}
serve("stripe", ["stripe"], verify, (SignatureVerificationError,), outside={**OUTSIDE, **FUTURE})
