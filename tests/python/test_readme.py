"""The examples of the package's README, and those on the pages of the folder HOOKSEAL_DOCS, run unchanged.
`run/types.py` checks the types of the former."""

import base64
import os
import re
from pathlib import Path
from typing import Any

import pytest
from hookseal import sign
from senders import envelope

SECRETS = ["WEBHOOK_SECRET", "OLD_SECRET", "NEW_SECRET", "ACME_SECRET"]
EXAMPLE = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)
TEXT = Path(__file__).parent.joinpath("README.md").read_text("utf-8")
EXAMPLES = EXAMPLE.findall(TEXT)
SECRET = "whsec_bWFkZSB1cCBmb3IgdGVzdHM="

# The recipes of `docs/queues` are run by tests of their own, and so are the programs of tutorials, which have a title.
DOCS = Path(os.environ["HOOKSEAL_DOCS"])
PAGES = [page for folder in ("background", "frameworks", "tutorials") for page in sorted((DOCS / folder).glob("*.md"))]
ON_PAGES = [
    pytest.param(example, id=f"{page.stem}-{number}")
    for page in PAGES
    for number, example in enumerate(EXAMPLE.findall(page.read_text("utf-8")))
]


def run(example: str, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    for name in SECRETS:
        monkeypatch.setenv(name, SECRET)
    names: dict[str, Any] = {"__name__": "example"}
    exec(compile(example, "README.md", "exec"), names)
    return names


@pytest.mark.parametrize("number", range(len(EXAMPLES)))
def test_every_example_runs(number: int, monkeypatch: pytest.MonkeyPatch) -> None:
    assert run(EXAMPLES[number], monkeypatch)


@pytest.mark.parametrize("example", ON_PAGES)
def test_every_example_on_a_page_runs(example: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    assert run(example, monkeypatch)


def test_the_first_example_receives_a_delivery(monkeypatch: pytest.MonkeyPatch) -> None:
    receive = run(EXAMPLES[0], monkeypatch)["receive"]
    body = envelope()
    assert receive(sign(body, SECRET), body) == "Größe 📏"


def test_the_example_for_lambda_answers_every_request(monkeypatch: pytest.MonkeyPatch) -> None:
    (example,) = [example for example in EXAMPLES if "def handler(" in example]
    handler = run(example, monkeypatch)["handler"]
    body = envelope()
    headers = sign(body, SECRET)
    event = {"headers": headers, "body": body.decode(), "isBase64Encoded": False}
    many = {name: [value] for name, value in headers.items()}
    genuine = [event, {**event, "body": base64.b64encode(body).decode(), "isBase64Encoded": True}]
    genuine += [{**event, "headers": None, "multiValueHeaders": many}, {**event, "multiValueHeaders": many}]
    for accepted in genuine:
        assert handler(accepted, None) == {"statusCode": 204}
    assert handler({**event, "body": None}, None) == {"statusCode": 401, "body": "signature_mismatch"}
    assert handler({"headers": headers, "isBase64Encoded": False}, None)["statusCode"] == 401
    assert handler({**event, "headers": {}}, None) == {"statusCode": 400, "body": "missing_header"}


def test_the_example_for_slack_answers_the_challenge(monkeypatch: pytest.MonkeyPatch) -> None:
    (example,) = [example for example in EXAMPLES if "url_verification" in example]
    client = run(example, monkeypatch)["app"].test_client()
    for body, answer in [
        (b'{"type":"url_verification","challenge":"c"}', (200, "c")),
        (b'{"type":"event_callback","event":{"type":"message"}}', (200, "")),
        (b"command=%2Fhook", (400, '{"error": "malformed_envelope"}')),
    ]:
        headers = sign(body, SECRET, scheme="slack")
        received = client.post("/webhooks/slack", data=body, headers=headers)
        assert (received.status_code, received.text) == answer
