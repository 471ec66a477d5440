"""Explanations, as type checkers see them."""

import os

from hookseal import ErrorCode
from hookseal.explain import Cause, CauseCode, Check, Report, SuspicionCode, WebhookExplainer
from typing_extensions import assert_type

explainer = WebhookExplainer(
    [os.environ["WEBHOOK_SECRET"], b"key"], scheme="svix", max_age=60, other_secrets={"github": "text"}
)
WebhookExplainer("text", other_secrets={"gitlab": "text"})  # error: no scheme has that name
WebhookExplainer()  # error: there must be a secret

report = explainer.explain({"x-contio-signature": "00"}, b"{}")
assert_type(report, Report)
assert_type(report["code"], ErrorCode | None)
assert_type(report["causes"], list[Cause])
assert_type(report["checks"][0], Check)
assert_type(report["checks"][0]["facts"], dict[str, int | None])
for cause in report["causes"]:
    assert_type(cause["cause"], CauseCode)
    assert_type(cause["scheme"], str | None)
assert_type(report["suspicions"][0]["suspicion"], SuspicionCode)
report["cause"]  # error: there is no such key
explainer.explain({}, {"event_type": "x"})  # error: the body was parsed
