"""The only error that this package raises for a delivery, a verifier or an argument."""

from __future__ import annotations

from hookseal._statuses import STATUS_BY_CODE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hookseal._codes import ErrorCode


class WebhookVerificationError(ValueError):
    """Why a delivery was refused, or why a verifier could not be made or used.

    `code` is stable and the same in every language; `status` is the HTTP status to answer with. The message,
    `str(error)`, is for people: it says what to do, and never shows a secret, a signature or any part of the body.
    """

    code: ErrorCode
    status: int
    # For in_progress and store_unavailable: the seconds after which the sender should try again, for `Retry-After`.
    retry_after: int | None

    def __init__(self, code: ErrorCode, message: str, *, retry_after: int | None = None) -> None:
        # Both are in `args`, from which pickling, copying and Celery make the error again.
        super().__init__(code, message)
        self.code = code
        self.status = STATUS_BY_CODE[code]
        self.retry_after = retry_after

    def __str__(self) -> str:
        return str(self.args[1])
