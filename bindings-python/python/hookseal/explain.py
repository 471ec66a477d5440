"""Explains why a delivery was refused, and what to do.

    from hookseal.explain import WebhookExplainer

    report = WebhookExplainer(os.environ["CONTIO_WEBHOOK_SECRET"]).explain(request.headers, body)
    print(report["advice"])

A report is a dict, the same in every language. It may be logged: it contains no secret, no key, no received or expected
signature, and no part of the body.
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
    # The numbers that were checked. Times are Unix seconds; ages and limits are seconds. None is unknown, or no limit.
    facts: dict[str, int | None]


class Cause(TypedDict):
    """What was changed on the way. Undoing it makes the signature genuine."""

    cause: CauseCode
    # The scheme that it is about, if any.
    scheme: str | None
    finding: str
    fix: str


class Suspicion(TypedDict):
    """Something that looks wrong, and may be unrelated."""

    suspicion: SuspicionCode
    finding: str
    fix: str


class Search(TypedDict):
    """How many MACs were computed, and whether everything was tried."""

    macs: int
    complete: bool


class Report(TypedDict):
    """Why a delivery was refused, as far as that can be known."""

    # Whether the delivery is genuine, fresh and well formed.
    ok: bool
    # The code of the error and the HTTP status to respond with, or None if there is no error.
    code: ErrorCode | None
    status: int | None
    # The verdict, for people.
    message: str
    # The explainer's scheme, and the variant that was checked: for "contio" one of its two variants, otherwise the
    # scheme.
    scheme: str
    form: str
    # The index of the secret that made the signature, as it is or once the causes are undone.
    secret_index: int | None
    # Every check, in order.
    checks: list[Check]
    # The causes that were found: undoing all of them makes the signature genuine. Empty if none could be found.
    causes: list[Cause]
    suspicions: list[Suspicion]
    search: Search
    # What to do, in a sentence or two.
    advice: str
