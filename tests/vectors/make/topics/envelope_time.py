"""The envelope's `timestamp`: RFC 3339, with valid calendar dates, rounded down to Unix seconds.

All vectors use the body variant without a maximum age, so that the verdict shows the parsed time.
"""

from __future__ import annotations

from typing import Iterator

from ..clock import unix
from ..contio_body import envelope
from ..senders import BODY, TIMESTAMPED
from ..vector import NOW, Delivery, accept, refuse


def vectors() -> Iterator[dict]:
    for what, text, seconds in _times():
        yield accept(f"contio-body reads a timestamp {what}", _at(f'"{text}"'), BODY.ok(timestamp=seconds))
    for what, spelt in _spellings():
        yield accept(f"contio-body reads a timestamp {what}", _at(spelt), BODY.ok())
    for what, text in _wrong():
        yield refuse(f"contio-body: an event timestamp {what} is invalid", _at(f'"{text}"'), "invalid_field")
    yield refuse(
        "contio-timestamped: an event timestamp that is no date is invalid though the header decides",
        TIMESTAMPED.genuine(envelope(timestamp='"yesterday"')),
        "invalid_field",
    )
    yield accept(
        "contio-timestamped shows the header's time, not the event's",
        TIMESTAMPED.genuine(envelope(timestamp='"1999-12-31T00:00:00Z"')),
        TIMESTAMPED.ok(),
    )


def _at(spelt: str) -> Delivery:
    return BODY.genuine(envelope(timestamp=spelt)).limits(max_event_age=None)


def _times() -> Iterator[tuple[str, str, int]]:
    yield "in UTC", "2023-11-14T22:13:20Z", NOW
    yield "with a lower-case t and z", "2023-11-14t22:13:20z", NOW
    yield "with one digit of fraction", "2023-11-14T22:13:20.5Z", NOW
    yield "with nine digits of fraction", "2023-11-14T22:13:20.999999999Z", NOW
    yield "with an offset to the east", "2023-11-15T03:43:20+05:30", NOW
    yield "with an offset to the west", "2023-11-14T14:13:20-08:00", NOW
    yield "with a fraction and an offset", "2023-11-14T23:13:20.123+01:00", NOW
    yield "with an offset of zero", "2023-11-14T22:13:20+00:00", NOW
    yield "with an unknown offset", "2023-11-14T22:13:20-00:00", NOW
    yield "with the largest offset", "2023-11-15T22:12:20+23:59", NOW
    yield "with the smallest offset", "2023-11-13T22:14:20-23:59", NOW
    yield "at the Unix epoch", "1970-01-01T00:00:00Z", 0
    yield "half a second before the Unix epoch", "1969-12-31T23:59:59.5Z", -1
    yield "before the Unix epoch by its offset alone", "1970-01-01T00:00:00+00:01", -60
    yield "in 1900", "1900-03-01T00:00:00Z", unix(1900, 3, 1)
    yield "in the year 1", "0001-01-01T00:00:00Z", unix(1, 1, 1)
    yield "in the year 0", "0000-01-01T00:00:00Z", unix(0, 1, 1)
    yield "on the leap day of the year 0", "0000-02-29T12:00:00Z", unix(0, 2, 29, 12)
    yield "before the year 0 by its offset", "0000-01-01T00:00:00+23:59", unix(0, 1, 1) - 86_340
    yield "on a leap day", "2020-02-29T00:00:00Z", unix(2020, 2, 29)
    yield "on the leap day of 2000", "2000-02-29T23:59:59Z", unix(2000, 2, 29, 23, 59, 59)
    yield "on the day after the 28th of February of 1900", "1900-03-01T00:00:00.0Z", unix(1900, 3, 1)
    yield "on the last day of a short month", "2023-04-30T23:59:59Z", unix(2023, 4, 30, 23, 59, 59)
    yield "that its offset takes to another year", "2022-12-31T23:30:00-01:00", unix(2023, 1, 1, 0, 30)
    leap = unix(2017, 1, 1)
    yield "of a leap second as the next second", "2016-12-31T23:59:60Z", leap
    yield "of a leap second with a fraction", "2016-12-31T23:59:60.999Z", leap
    yield "of a leap second with an offset to the east", "2017-01-01T05:29:60+05:30", leap
    yield "of a leap second with an offset to the west", "2016-12-31T15:59:60-08:00", leap
    yield "of a leap second in the middle of a month", "2023-05-05T23:59:60Z", unix(2023, 5, 6)
    yield "of a leap second on a leap day", "2020-02-29T23:59:60Z", unix(2020, 3, 1)


def _spellings() -> Iterator[tuple[str, str]]:
    yield "with an escaped Z", r'"2023-11-14T22:13:20\u005a"'
    yield "with an escaped T and colons", r'"2023-11-14\u005422\u003a13\u003A20Z"'
    yield "escaped throughout", '"' + "".join(f"\\u{ord(c):04x}" for c in "2023-11-14T22:13:20Z") + '"'


def _wrong() -> Iterator[tuple[str, str]]:
    yield "with a space for the T", "2023-11-14 22:13:20Z"
    yield "with an underscore for the T", "2023-11-14_22:13:20Z"
    yield "without a zone", "2023-11-14T22:13:20"
    yield "without a time", "2023-11-14"
    yield "without seconds", "2023-11-14T22:13Z"
    yield "in the basic format", "20231114T221320Z"
    yield "in Unix seconds", "1700000000"
    yield "as mail writes it", "Tue, 14 Nov 2023 22:13:20 GMT"
    yield "with a comma before the fraction", "2023-11-14T22:13:20,5Z"
    yield "with a dot and no fraction", "2023-11-14T22:13:20.Z"
    yield "with two fractions", "2023-11-14T22:13:20.5.5Z"
    yield "with an offset without its colon", "2023-11-14T22:13:20+0000"
    yield "with an offset of hours alone", "2023-11-14T22:13:20+00"
    yield "with an offset of 24 hours", "2023-11-14T22:13:20+24:00"
    yield "with an offset of 60 minutes", "2023-11-14T22:13:20+00:60"
    yield "with a Z and an offset", "2023-11-14T22:13:20Z+00:00"
    yield "with a real minus sign in its offset", "2023-11-14T22:13:20\u221208:00"
    yield "with a zone by name", "2023-11-14T22:13:20 UTC"
    yield "with a zone in brackets", "2023-11-14T22:13:20Z[UTC]"
    yield "with another military zone", "2023-11-14T22:13:20A"
    yield "after a space", " 2023-11-14T22:13:20Z"
    yield "followed by a space", "2023-11-14T22:13:20Z "
    yield "followed by an escaped newline", "2023-11-14T22:13:20Z\\n"
    yield "followed by an escaped NUL", "2023-11-14T22:13:20Z\\u0000"
    yield "with a year of two digits", "23-11-14T22:13:20Z"
    yield "with a year of five digits", "12023-11-14T22:13:20Z"
    yield "with a signed year of six digits", "+002023-11-14T22:13:20Z"
    yield "with a negative year", "-0001-11-14T22:13:20Z"
    yield "with a month of one digit", "2023-1-14T22:13:20Z"
    yield "with an hour of one digit", "2023-11-14T2:13:20Z"
    yield "with month 0", "2023-00-14T22:13:20Z"
    yield "with month 13", "2023-13-14T22:13:20Z"
    yield "with day 0", "2023-11-00T22:13:20Z"
    yield "on the 31st of November", "2023-11-31T22:13:20Z"
    yield "on the 32nd of December", "2023-12-32T22:13:20Z"
    yield "on the 29th of February of 2023", "2023-02-29T22:13:20Z"
    yield "on the 29th of February of 1900", "1900-02-29T22:13:20Z"
    yield "on the 29th of February of 2100", "2100-02-29T22:13:20Z"
    yield "on the 30th of February of a leap year", "2024-02-30T22:13:20Z"
    yield "with hour 24", "2023-11-14T24:00:00Z"
    yield "with minute 60", "2023-11-14T22:60:20Z"
    yield "with second 61", "2023-12-31T23:59:61Z"
    yield "of a leap second at another minute", "2023-12-31T23:58:60Z"
    yield "of a leap second at another hour", "2023-12-31T22:59:60Z"
    yield "of a leap second by local time alone", "2023-12-31T23:59:60+01:00"
    yield "of a leap second at local midnight in the west", "2023-12-31T23:59:60-08:00"
    yield "with full-width digits", "\uff12\uff10\uff12\uff13-11-14T22:13:20Z"
    yield "with a sign inside its day", "2023-11-+4T22:13:20Z"
    yield "with a letter inside its minutes", "2023-11-14T22:1a:20Z"
    yield "with a letter inside its fraction", "2023-11-14T22:13:20.5aZ"
