"""The examples of the package's README run unchanged. `run/types.py` checks their types."""

import re
from pathlib import Path
from typing import Any

import pytest
from hookseal import sign
from senders import envelope

SECRETS = ["WEBHOOK_SECRET", "OLD_SECRET", "NEW_SECRET", "ACME_SECRET"]
TEXT = Path(__file__).parent.joinpath("README.md").read_text("utf-8")
EXAMPLES = re.findall(r"^```python\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL)
SECRET = "whsec_bWFkZSB1cCBmb3IgdGVzdHM="


def run(example: str, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    for name in SECRETS:
        monkeypatch.setenv(name, SECRET)
    names: dict[str, Any] = {"__name__": "example"}
    exec(compile(example, "README.md", "exec"), names)
    return names


@pytest.mark.parametrize("number", range(len(EXAMPLES)))
def test_every_example_runs(number: int, monkeypatch: pytest.MonkeyPatch) -> None:
    assert run(EXAMPLES[number], monkeypatch)


def test_the_first_example_receives_a_delivery(monkeypatch: pytest.MonkeyPatch) -> None:
    receive = run(EXAMPLES[0], monkeypatch)["receive"]
    body = envelope()
    assert receive(sign(body, SECRET), body) == "Größe 📏"
