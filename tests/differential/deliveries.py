"""Random deliveries: genuine ones of every scheme, changed before they are signed, afterwards, or not at all."""

from __future__ import annotations

import base64
import random
import string
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "vectors"))

from make import contio_body  # noqa: E402
from make.clock import rfc3339  # noqa: E402
from make.senders import ALL, WITH_BASE64_SECRETS, Sender  # noqa: E402
from make.vector import NOW  # noqa: E402

_AGES = (None, 0, 1, 300, 600, 3_600, 86_400, 99_999)
_WRONG_AGES = (100_000, 2**31, 2**53 - 1)
_BODIES = (None, 0, 1, 20, 150, 180, 200, 4_000)
# What is put into a text: separators, joiners, digits of other scripts, white space, control characters.
_ODD = list(" \t\n\r\0\x0b\x7f,;:=.+-_/\"'%0aAgGzv1t") + [
    "\u00a0",
    "\u00e9",
    "\uff11",
    "\u0661",
    "\ufeff",
    "\U0001f600",
]
_TIMES = ("", "0", "-1", "+1700000000", "1700000000000", "999999999999", "1e9", "1700000000.0", "NaN", "0x10", "\uff11")


def delivery(seed: str, number: int) -> dict:
    """The delivery of this number, as a vector without its expectation."""
    return _Maker(random.Random(f"{seed}/{number}")).make(f"differential: seed {seed}, delivery {number}")


class _Maker:
    def __init__(self, source: random.Random) -> None:
        self.random = source

    def chance(self, share: float) -> bool:
        return self.random.random() < share

    def make(self, name: str) -> dict:
        pick = self.random.choice
        sender = pick(ALL)
        options = self.options()
        now = NOW if self.chance(0.95) else pick((0, 1, 299, 99_999_999_999, 100_000_000_000, 2**53 - 1))
        secrets, secret = self.secrets(sender)
        time = self.time(now, options)
        body = self.body(sender, now, options)
        id = self.id()
        signatures = [self.tag(sender, body, secret, time, id)]
        if self.chance(0.2):
            signatures = self.listed(sender, signatures[0])
        made = sender.carry(signatures, body, timestamp=time, id=id, secrets=tuple(secrets))
        headers = [list(pair) for pair in made.headers]
        for _ in range(self.random.choices((0, 1, 2, 3), (55, 30, 10, 5))[0]):
            body = self.change(sender, headers, body)
        self.random.shuffle(headers)
        scheme = "contio" if sender.is_contio and self.chance(0.5) else sender.scheme
        if self.chance(0.01):
            scheme = pick(("", "Contio", "git hub", "contio-", "stripe "))
        vector = {
            "name": name,
            "scheme": scheme,
            "secrets": secrets,
            "headers": headers,
            "body_base64": base64.b64encode(body).decode(),
            "now": now,
        }
        return {**vector, "options": options} if options else vector

    def options(self) -> dict:
        names = [name for name in ("max_age", "max_skew", "max_event_age") if self.chance(0.2)]
        options = {name: self.random.choice(_WRONG_AGES if self.chance(0.03) else _AGES) for name in names}
        if self.chance(0.05) and (limit := self.random.choice(_BODIES)) is not None:
            options["max_body"] = limit
        return options

    def secrets(self, sender: Sender) -> tuple[list[str], str]:
        """The receiver's secrets, and that with which the delivery is signed, which is nearly always among them."""
        secret = self.random.choice((sender.secret, sender.other_secret))
        others = [self.secret(sender) for _ in range(self.random.choices((0, 1, 3, 7), (70, 20, 6, 4))[0])]
        secrets = [*others, secret]
        self.random.shuffle(secrets)
        if self.chance(0.05):
            secrets.remove(secret)
        if self.chance(0.03):
            at = self.random.randrange(len(secrets) + 1)
            secrets.insert(at, self.random.choice(self.odd_secrets(secret)))
        return secrets, secret

    def secret(self, sender: Sender) -> str:
        text = base64.b64encode(self.random.randbytes(self.random.choice((16, 17, 24, 64, 512)))).decode()
        if sender in WITH_BASE64_SECRETS:
            return self.random.choice(("whsec_", "")) + (text if self.chance(0.5) else text.rstrip("="))
        return self.random.choice((text, "a secret \u00e9", "whsec_" + text))

    def odd_secrets(self, secret: str) -> list[str]:
        short = base64.b64encode(self.random.randbytes(15)).decode()
        long = base64.b64encode(self.random.randbytes(513)).decode()
        whole = "" if secret == "" else secret[:-1] + self.random.choice(string.ascii_letters)
        return [
            "",
            " ",
            "whsec_",
            secret + "\n",
            "\ufeff" + secret,
            "whpk_" + secret,
            "whsk_x",
            "v1," + secret,
            "v1a,x",
        ] + [
            short,
            long,
            "whsec_" + short,
            "whsec_" + long,
            secret + "=",
            whole,
            "null",
            secret + "\u00a0",
            *["x" * 20] * 2,
        ]

    def time(self, now: int, options: dict) -> int | str:
        if self.chance(0.7):
            return max(now, 0) if now < 10**12 else NOW
        age, skew = (300 if (limit := options.get(name, 300)) is None else limit for name in ("max_age", "max_skew"))
        near = now + self.random.choice((-age, skew)) + self.random.choice((-1, 0, 1))
        return near if 0 <= near < 10**12 and self.chance(0.8) else self.random.choice(_TIMES)

    def id(self) -> str:
        if self.chance(0.9):
            return "msg_2Lx8hQ"
        length = self.random.choice((0, 1, 255, 256, 257))
        return self.random.choice(("x" * length, "a.b", "a b", "a\n", "\u00e9", "~!", "a\x7f", ".", "msg_1."))

    def tag(self, sender: Sender, body: bytes, secret: str, time: int | str, id: str) -> str:
        if self.chance(0.1):
            # Signed in another way: with nothing, without the body, for another time, with the text of a secret.
            return self.random.choice(
                (
                    sender.encode(bytes(32)),
                    sender.tag(b"", secret=secret, timestamp=time, id=id),
                    sender.tag(body, secret=secret, timestamp=f"{time}0", id=id),
                    sender.tag(body, key=secret.encode(), timestamp=time, id=id),
                )
            )
        tag = sender.tag(body, secret=secret, timestamp=time, id=id)
        return tag.upper() if len(tag) == 64 and self.chance(0.1) else tag

    def listed(self, sender: Sender, genuine: str) -> list[str]:
        """The genuine signature somewhere between others, which are well formed or not."""
        count = self.random.choice((1, 2, 14, 15, 16))
        others = (
            self.odd(genuine) if self.chance(0.3) else sender.encode(self.random.randbytes(32)) for _ in range(count)
        )
        signatures = list(others)
        signatures.insert(self.random.randrange(count + 1), genuine)
        return signatures

    def body(self, sender: Sender, now: int, options: dict) -> bytes:
        if not sender.is_contio:
            return self.random.choice((sender.body, b"", b"{}", self.random.randbytes(self.random.randrange(300))))
        body = self.envelope(now, options)
        for _ in range(self.random.choices((0, 1, 2), (80, 15, 5))[0]):
            body = self.change_bytes(body)
        return body

    def envelope(self, now: int, options: dict) -> bytes:
        members = [list(member.split(":", 1)) for member in contio_body.members(**self.fields(now, options))]
        for _ in range(self.random.choices((0, 1, 2), (60, 30, 10))[0]):
            at = self.random.randrange(len(members))
            action = self.random.randrange(6)
            if action == 0:
                del members[at]
            elif action == 1:
                members[at][1] = self.value()
            elif action == 2:
                members.insert(at, [self.spelled(self.random.choice(members)[0]), self.value()])
            elif action == 3:
                members[at][0] = self.spelled(members[at][0])
            elif action == 4:
                members.append([self.random.choice(('"actor_user_id"', '"other"', '"for_user"', '""')), self.value()])
            else:
                self.random.shuffle(members)
            if not members:
                break
        space = [self.random.choice(("", " ", "\n", "\t ", "\r\n")) if self.chance(0.1) else "" for _ in range(4)]
        inside = ",".join(f"{space[0]}{name}{space[1]}:{space[2]}{value}" for name, value in members)
        return f"{space[3]}{{{inside}}}{space[1]}".encode("utf-8", "surrogatepass")

    def fields(self, now: int, options: dict) -> dict:
        """The envelope's time is near now or near a limit, in one of its spellings."""
        limit = options.get("max_event_age", 86_400)
        skew = options.get("max_skew", 300)
        edges = [now]
        edges += [now - limit] if limit is not None else []
        edges += [now + skew] if skew is not None else []
        time = now if self.chance(0.5) else self.random.choice(edges) + self.random.choice((-1, 0, 1))
        if not 0 <= time < 253_402_300_800:
            time = NOW
        text = rfc3339(time, self.random.choice(("", "", ".5", ".000", ".999999999", "." + "0" * 50)))
        if self.chance(0.15):
            text = self.random.choice(
                (
                    text.lower(),
                    text[:-1] + "+00:00",
                    text[:-1] + "-00:00",
                    text[:-1] + "+23:59",
                    text[:-1] + "+24:00",
                    text[:-1],
                    text.replace("T", " "),
                    "2016-12-31T23:59:60Z",
                    "2016-12-31T22:59:60-01:00",
                    "2023-02-29T00:00:00Z",
                    "0000-01-01T00:00:00Z",
                    "9999-12-31T23:59:59Z",
                    self.odd(text),
                    "." * 65,
                    "2023-11-14T22:13:60Z",
                )
            )
        fields = {"timestamp": self.quoted(text)}
        if self.chance(0.2):
            fields["for_user"] = self.random.choice(
                (
                    "null",
                    "{}",
                    '{"id":"u"}',
                    '{"id":null,"email":"e"}',
                    '{"id":1}',
                    '{"email":{}}',
                    '{"id":"a","id":"b"}',
                    '{"id":"\\ud83d"}',
                    '{"\\u0069d":"a","id":"a"}',
                    "[]",
                    '"u"',
                    '{"other":[{"id":1,"id":2}]}',
                    '{"email":""}',
                )
            )
        return fields

    def quoted(self, text: str) -> str:
        """A string of JSON, in which some characters are escaped."""
        escaped = "".join(
            f"\\u{ord(letter):04x}"
            if letter < " " or letter in '"\\' or (letter < "\uffff" and self.chance(0.01))
            else letter
            for letter in text
        )
        return f'"{escaped}"'

    def spelled(self, name: str) -> str:
        at = self.random.randrange(1, max(2, len(name) - 1))
        return self.random.choice(
            (
                name,
                f"{name[:at]}\\u{ord(name[at]):04x}{name[at + 1 :]}",
                name.upper(),
                name[:-1] + ' "',
                name[:-1] + '\\ud800"',
            )
        )

    def value(self) -> str:
        depth = self.random.choice((1, 2, 61, 62, 63, 64, 2000 if self.chance(0.1) else 5))
        return self.random.choice(
            (
                "null",
                "true",
                "0",
                "-0",
                "01",
                "1.",
                "1e5",
                "1E+400",
                "-",
                "NaN",
                '""',
                '"\\ud83d\\ude00"',
                '"\\ud83d"',
                '"\\x"',
                '"a\tb"',
                '"\u00e9\U0001f600"',
                "{}",
                "[]",
                "[1,]",
                '{"a":1,"a":2}',
                "[" * depth + "]" * depth,
                '"\\u00e9\\/"',
                '{"a":' * depth + "1" + "}" * depth,
                "9" * 400,
                "tru",
                '"\x7f"',
                "'a'",
                "[[]",
                '{"a"}',
                '"\\u12"',
                "1 2",
            )
        )

    def change(self, sender: Sender, headers: list[list[str]], body: bytes) -> bytes:
        """Changes one thing about a delivery that is signed already."""
        if not headers or self.chance(0.15):
            return self.change_bytes(body)
        at = self.random.randrange(len(headers))
        name, value = headers[at]
        action = self.random.randrange(7)
        if action == 0:
            del headers[at]
        elif action == 1:
            headers.append([self.cased(name), value if self.chance(0.5) else self.odd(value)])
        elif action == 2:
            others = [
                *dict(sender.other_spellings).values(),
                "webhook-id",
                "webhook-signature",
                "svix-signature",
                "X-Other",
            ]
            headers[at][0] = self.random.choice((self.cased(name), name.replace("-", "_"), name + " ", "", *others))
        elif action == 3:
            for usual, other in sender.other_spellings:
                if usual == name:
                    headers.append([other, value if self.chance(0.7) else self.odd(value)])
        elif action == 4:
            # As a host joins two lines.
            headers[at][1] = self.random.choice((", ", ",", " ", "")).join(
                (value, self.random.choice((value, self.odd(value))))
            )
        elif action == 5:
            items = ("v1a,", "v1,", "t=1", "v1=", "v0=00", "v2,x", "", "v1", " t=1", "t=", "=", ",", "v1a=00")
            where = (0, len(value), value.find(",") + 1)
            place, separator = self.random.choice(where), self.random.choice((",", " "))
            item = self.random.choice(items)
            headers[at][1] = (
                f"{value[:place]}{separator if place else item}{item if place else separator}{value[place:]}"
            )
        else:
            headers[at][1] = self.random.choice(_TIMES) if self.chance(0.1) else self.odd(value)
        return body

    def cased(self, name: str) -> str:
        return self.random.choice((name.upper(), name.lower(), name.title(), name.swapcase()))

    def odd(self, text: str) -> str:
        """A text with a character more, less or changed."""
        at = self.random.randrange(len(text) + 1)
        return self.random.choice(
            (
                text[:at] + self.random.choice(_ODD) + text[at:],
                text[:at] + text[at + 1 :],
                text[:at] + self.random.choice(_ODD) + text[at + 1 :],
                text.swapcase(),
                text[:at],
                text + text,
            )
        )

    def change_bytes(self, body: bytes) -> bytes:
        at = self.random.randrange(len(body) + 1)
        some = self.random.choice(
            (b'"', b"{", b"}", b",", b" ", b"\0", b"\xff", b"\xc3", b"\xef\xbb\xbf", b"\\", b"\n", b"1")
        )
        return self.random.choice(
            (
                body[:at] + some + body[at:],
                body[:at] + body[at + 1 :],
                body[:at] + some + body[at + 1 :],
                body[:at],
                b"\xef\xbb\xbf" + body,
                body + b"\n",
                body + body,
            )
        )
