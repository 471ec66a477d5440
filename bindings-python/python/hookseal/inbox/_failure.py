"""Why a handler failed, and what is to be done about it."""

from __future__ import annotations

from typing import NamedTuple

from hookseal._errors import WebhookVerificationError

# The longest text of an error that is kept, in characters.
_MAX_TEXT = 200

# How far the causes of an error are followed.
_MAX_CAUSES = 20


class Reject(Exception):
    """Raised by a handler, it says that no further attempt makes sense: the delivery is dead, until a person has it
    tried again. Its text is shown to that person."""


class RetryIn(Exception):
    """Raised by a handler, it says in how many seconds the next attempt makes sense. The attempt counts. The reason is
    shown to the person who looks after deliveries that fail."""

    delay: float

    def __init__(self, delay: float, reason: str = "the handler asked for a delay") -> None:
        if not 0 <= delay <= 1 << 42:
            raise WebhookVerificationError("invalid_argument", f"the delay must be 0 s or more, but this is {delay}")
        super().__init__(delay, reason)
        self.delay = delay

    def __str__(self) -> str:
        return str(self.args[1])


class Failure(NamedTuple):
    """What came of an attempt that failed."""

    text: str
    # Whether no further attempt makes sense.
    is_final: bool = False
    # What the handler asked for, in milliseconds.
    delay: int | None = None


def failure_of(error: BaseException) -> Failure:
    asked, shown = _asked(error), error
    # A router's error says only how many functions failed.
    while inner := _exceptions(shown):
        shown = inner[0]
    text = shown if isinstance(shown, (Reject, RetryIn)) else None
    words = _text(shown) if text is not None else ": ".join(filter(None, [type(shown).__name__, _text(shown)]))
    return Failure(
        first_line(words), isinstance(asked, Reject), round(asked.delay * 1000) if isinstance(asked, RetryIn) else None
    )


def _asked(error: BaseException | None) -> Reject | RetryIn | None:
    """What a handler asked for, also behind other errors. Of several functions, all must have rejected."""
    for _ in range(_MAX_CAUSES):
        if error is None:
            break
        if isinstance(error, (Reject, RetryIn)):
            return error
        if inner := _exceptions(error):
            asked = [_asked(each) for each in inner[:_MAX_CAUSES]]
            if all(isinstance(each, Reject) for each in asked):
                return asked[0]
            return max((each for each in asked if isinstance(each, RetryIn)), key=lambda each: each.delay, default=None)
        error = error.__cause__
    return None


def _exceptions(error: BaseException) -> tuple[BaseException, ...]:
    """Those in a WebhookHandlerError, or in an ExceptionGroup."""
    inner = getattr(error, "exceptions", None)
    if not isinstance(inner, (tuple, list)):
        return ()
    return tuple(each for each in inner if isinstance(each, BaseException) and each is not error)


def _text(error: BaseException) -> str:
    try:
        return str(error)
    except Exception:
        return "without a text"


def first_line(text: str) -> str:
    """The first line, at most so many characters, without what controls a terminal or ends a database's text."""
    line = next((line for line in text.splitlines() if line.strip()), "no text")
    return "".join(character if character.isprintable() else " " for character in line).strip()[:_MAX_TEXT]
