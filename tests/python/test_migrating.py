"""The pages in `docs/migrating`: both programs in Python of each run, with the other library as PyPI has it, and each row
of its table is sent to both. With HOOKSEAL_BLESS=1 the tables are written instead.
"""

import json
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from senders import SENDERS, envelope, now_seconds, secret_for

FOLDER = Path(os.environ.get("HOOKSEAL_DOCS", ""), "migrating")
PAGES = ["guide", "standardwebhooks", "stripe", "svix"]

Headers = list[tuple[str, str]]
Request = tuple[bytes, Headers]

OTHERS = {
    "standard-webhooks": {"type": "a.b"},
    "svix": {"type": "a.b"},
    "stripe": {"id": "evt_1", "object": "event", "type": "invoice.paid", "data": {}},
}


def body_of(scheme: str, **fields: Any) -> bytes:
    """What the sender sends: for Contio an event, whose data the fields replace."""
    if scheme not in OTHERS:
        return envelope(**({"data": fields} if fields else {}))
    return json.dumps({**OTHERS[scheme], **fields}, ensure_ascii=False).encode()


def signed(scheme: str, body: bytes, **options: Any) -> Request:
    return body, list(SENDERS[scheme](body, **{"timestamp": now_seconds(), **options}).items())


def other_signature(change: Callable[[str], list[str]]) -> Callable[[str], Request]:
    def delivery(scheme: str) -> Request:
        body, headers = signed(scheme, body_of(scheme))
        changed: Headers = []
        for name, value in headers:
            changed += [(name, each) for each in (change(value) if "ignature" in name else [value])]
        return body, changed

    return delivery


def other_bytes(scheme: str) -> Request:
    body, headers = signed(scheme, body_of(scheme, title="\ufffd"))
    changed = body.replace("\ufffd".encode(), b"\xff")
    assert changed != body
    return changed, headers


def followed_by_a_fraction(scheme: str) -> Request:
    body, headers = signed(scheme, body_of(scheme))
    return body, [(name, f"{value}.5" if name.endswith("imestamp") else value) for name, value in headers]


def changed_on_its_way(scheme: str) -> Request:
    body, headers = signed(scheme, body_of(scheme))
    return body + b" ", headers


def without_an_id(scheme: str) -> Request:
    fields = json.loads(envelope())
    del fields["event_id"]
    return signed(scheme, json.dumps(fields).encode())


# The deliveries by the names that the tables use.
DELIVERIES: dict[str, Callable[[str], Request]] = {
    "genuine": lambda scheme: signed(scheme, body_of(scheme)),
    "signed with another secret": lambda scheme: signed(scheme, body_of(scheme), key="another secret"),
    "changed on its way": changed_on_its_way,
    "genuine, 10 minutes old": lambda scheme: signed(scheme, body_of(scheme), timestamp=now_seconds() - 600),
    "genuine, dated 10 minutes ahead": lambda scheme: signed(scheme, body_of(scheme), timestamp=now_seconds() + 600),
    "without its signature": other_signature(lambda value: []),
    "its signature a character short": other_signature(lambda value: [value[:-1]]),
    "its signature followed by junk": other_signature(lambda value: [value + "zz"]),
    "its signature in two lines": other_signature(lambda value: [value, value]),
    "its signature not in ASCII": other_signature(lambda value: [value[:-1] + "é"]),
    "its time followed by `.5`": followed_by_a_fraction,
    "genuine, its time `…/5`": lambda scheme: signed(scheme, body_of(scheme), timestamp=f"{now_seconds()}/5"),
    "byte `0xFF` where U+FFFD was signed": other_bytes,
    "genuine, its body not JSON": lambda scheme: signed(scheme, b"no JSON"),
    "genuine, its body empty": lambda scheme: signed(scheme, b""),
    "genuine, without `event_id`": without_an_id,
    "genuine, of 2 MiB": lambda scheme: signed(scheme, body_of(scheme, title="x" * 2 * 1024 * 1024)),
}


class Page:
    def __init__(self, name: str) -> None:
        self.file = FOLDER / f"{name}.md"
        self.text = self.file.read_text("utf-8")
        blocks = re.findall(r"^```python\n# (\w+\.py)\n(.*?)^```$", self.text, re.MULTILINE | re.DOTALL)
        self.programs: dict[str, str] = dict(blocks)
        found = re.search(r"^<!-- Python: the scheme `([a-z-]+)` -->\n(.*)", self.text, re.MULTILINE | re.DOTALL)
        assert found, f"{self.file} has no table for Python"
        self.scheme, self._section = found[1], found[2]

    def rows(self) -> list[tuple[str, str, str]]:
        rows = re.findall(r"^\| ([^|]+) \| ([^|]*) \| ([^|]*) \|$", self._section, re.MULTILINE)
        return [row for row in rows if row[0] != "a delivery"]

    def write(self, rows: list[tuple[str, str, str]]) -> None:
        section = self._section
        for delivery, before, after in rows:
            row = re.compile(rf"^\| {re.escape(delivery)} \| .*$", re.MULTILINE)
            section = row.sub(lambda _, cells=(delivery, before, after): f"| {' | '.join(cells)} |", section)
        self.file.write_text(self.text.replace(self._section, section), "utf-8")

    def application(self, file: str) -> Flask:
        names: dict[str, Any] = {"__name__": "example"}
        exec(compile(self.programs[file], file, "exec"), names)
        app = names["app"]
        assert isinstance(app, Flask)
        return app

    def answer(self, app: Flask, delivery: str) -> str:
        """The status of the answer, and its code if it has one."""
        body, headers = DELIVERIES[delivery](self.scheme)
        # As a server passes bytes of headers on that are not ASCII.
        latin = [(name, value.encode().decode("latin-1")) for name, value in headers]
        sent = app.test_client().post("/webhooks", data=body, headers=latin, content_type="application/json")
        code = (sent.get_json(silent=True) or {}).get("error", "")
        return f"{sent.status_code} `{code}`" if re.fullmatch(r"[a-z]+_[a-z_]+", code) else str(sent.status_code)


@pytest.mark.parametrize("name", PAGES)
def test_what_the_page_says_of_each_delivery_is_what_both_programs_answer(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = Page(name)
    monkeypatch.setenv("WEBHOOK_SECRET", secret_for(page.scheme))
    before, after = page.application("before.py"), page.application("after.py")
    found = [
        (delivery, page.answer(before, delivery), page.answer(after, delivery)) for delivery, _, _ in page.rows()
    ]
    assert len(found) > 6
    if os.environ.get("HOOKSEAL_BLESS"):
        page.write(found)
    else:
        assert found == page.rows()
    answers = {delivery: answers for delivery, *answers in found}
    assert all(answer.startswith("20") for answer in answers["genuine"])
    assert answers["signed with another secret"][0].startswith("4")
    assert answers["signed with another secret"][1] == "401 `signature_mismatch`"


def test_every_page_with_programs_in_python_is_tested() -> None:
    assert [file.stem for file in sorted(FOLDER.glob("*.md")) if "```python" in file.read_text("utf-8")] == PAGES
