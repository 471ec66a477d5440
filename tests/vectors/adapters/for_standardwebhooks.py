"""python play.py -- python adapters/for_standardwebhooks.py [svix]: the package standardwebhooks, or Svix's."""

import sys
from datetime import datetime, tzinfo
from typing import Any

import standardwebhooks.webhooks as library
from adapter import OUTSIDE, headers_of, only_secret, serve, usable_secret, with_default_limits

if sys.argv[1:] == ["svix"]:
    from svix.webhooks import Webhook
    from svix.webhooks import WebhookVerificationError as Refused

    NAME, SCHEME = "svix", "svix"
else:
    from standardwebhooks.webhooks import Webhook, WebhookVerificationError as Refused

    NAME, SCHEME = "standardwebhooks", "standard-webhooks"

NOW = 0.0


class Clock(datetime):
    """The library asks the clock, which is the vector's here."""

    @classmethod
    def now(cls, tz: "tzinfo | None" = None) -> "Clock":
        return cls.fromtimestamp(NOW, tz)


library.datetime = Clock


def verify(request: dict[str, Any], body: bytes) -> None:
    global NOW
    NOW = request["now"]
    with_default_limits(request)
    headers = headers_of(request)
    try:
        webhook = Webhook(usable_secret(only_secret(request), True))
    except library.EmptyWebhookSecretError as error:
        raise Refused(str(error)) from error
    if SCHEME == "standard-webhooks":
        webhook.verify(body, headers, json_parse=False)
    else:
        webhook.verify(body, headers)


serve(NAME, [SCHEME], verify, (Refused,), outside=OUTSIDE)
