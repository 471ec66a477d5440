"""Calendar arithmetic, since `datetime` supports neither the year 0 nor leap seconds."""

from __future__ import annotations

_DAYS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


def _is_leap(year: int) -> bool:
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


def unix(year: int, month: int, day: int, hour: int = 0, minute: int = 0, second: int = 0) -> int:
    """Unix seconds of a time in UTC, in the proleptic Gregorian calendar."""
    step, start = (1, 1970) if year >= 1970 else (-1, 1969)
    days = 0
    # Counting year by year is slow, but obviously correct.
    for passed in range(start, year if step == 1 else year - 1, step):
        days += step * (366 if _is_leap(passed) else 365)
    for passed in range(1, month):
        days += _DAYS[passed - 1] + (1 if passed == 2 and _is_leap(year) else 0)
    return (days + day - 1) * 86_400 + hour * 3_600 + minute * 60 + second


def rfc3339(seconds: int, fraction: str = "") -> str:
    """A time from 1970 to 9999 as text in UTC, with `fraction` (such as ".5") after the seconds."""
    days, rest = divmod(seconds, 86_400)
    year = 1970
    while days >= (length := 366 if _is_leap(year) else 365):
        days -= length
        year += 1
    month = 1
    while days >= (length := _DAYS[month - 1] + (1 if month == 2 and _is_leap(year) else 0)):
        days -= length
        month += 1
    clock = f"{rest // 3600:02}:{rest // 60 % 60:02}:{rest % 60:02}"
    return f"{year:04}-{month:02}-{days + 1:02}T{clock}{fraction}Z"
