"""Says why a delivery was refused, and what to do.

    from hookseal.explain import WebhookExplainer

    report = WebhookExplainer(os.environ["CONTIO_WEBHOOK_SECRET"]).explain(request.headers, body)
    print(report["advice"])

A report is a dict, the same in every language. It may go into a log: it holds no secret, no key, no signature, neither
offered nor expected, and nothing of the body.
"""

from __future__ import annotations

from typing import Literal, TypeAlias, TypedDict

from hookseal._causes import CauseCode, SuspicionCode
from hookseal._codes import ErrorCode
from hookseal._hookseal import WebhookExplainer

__all__ = [
    "Cause",
    "CauseCode",
    "Check",
    "Report",
    "Search",
    "Suspicion",
    "SuspicionCode",
    "WebhookExplainer",
]

_CheckName: TypeAlias = Literal[
    "secrets", "body_size", "headers", "signature_form", "timestamp_form", "signature", "freshness", "envelope"
]


class Check(TypedDict):
    """One check of a verification."""

    check: _CheckName
    outcome: Literal["passed", "failed", "skipped"]
    message: str
    # The numbers behind it. Times are Unix seconds, ages and limits seconds; None is unknown, or a limit not set.
    facts: dict[str, int | None]


class Cause(TypedDict):
    """What was changed on the way: undoing it makes the signature genuine."""

    cause: CauseCode
    # The scheme that it is about, where it is about one.
    scheme: str | None
    finding: str
    fix: str


class Suspicion(TypedDict):
    """Something that looks wrong, and may have nothing to do with it."""

    suspicion: SuspicionCode
    finding: str
    fix: str


class Search(TypedDict):
    """How many MACs were made, and whether all was tried."""

    macs: int
    complete: bool


class Report(TypedDict):
    """Why a delivery was refused, as far as that can be known."""

    # Whether the delivery is genuine, fresh and well formed.
    ok: bool
    # The code of the error and the HTTP status to answer with, or None if there is no error.
    code: ErrorCode | None
    status: int | None
    # The verdict, for people.
    message: str
    # The scheme that was asked for, and the form that was checked: for "contio" one of its two.
    scheme: str
    form: str
    # Which of the secrets made the signature, as it is or once the causes are undone.
    secret_index: int | None
    # Every check, in the order in which they are made.
    checks: list[Check]
    # What can be shown: undoing all of these makes the signature genuine. Empty where nothing could be shown.
    causes: list[Cause]
    suspicions: list[Suspicion]
    search: Search
    # What to do, in a sentence or two.
    advice: str
