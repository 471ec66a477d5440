"""The runner of the vectors: what it counts, what it leaves out, and what it says of programs that are wrong."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

VECTORS = Path(__file__).parent / "vectors"

ANSWERS = """
import json, sys
for line in sys.stdin:
    request = json.loads(line)
    if "hello" in request:
        print(json.dumps({"name": "a program", "version": "1", "schemes": %r, "outside": %r}), flush=True)
    else:
        print(json.dumps({"id": request["id"], **(%s)}), flush=True)
"""
SCHEMES = ["contio", "contio-timestamped", "contio-body", "standard-webhooks", "svix", "stripe", "github", "slack"]
SCHEMES += ["shopify"]
FAULTS = ["forged", "stale", "future", "malformed", "envelope", "limit", "secret", "configuration", "genuine", "crash"]


def play(*command: str, options: tuple[str, ...] = ()) -> "subprocess.CompletedProcess[str]":
    words = [sys.executable, "play.py", *options, "--", *command]
    return subprocess.run(words, cwd=VECTORS, capture_output=True, text=True, encoding="utf-8", check=False)


def result_of(*command: str, options: tuple[str, ...] = ()) -> dict[str, Any]:
    done = play(*command, options=("--json", *options))
    assert done.returncode in (0, 1), done.stderr
    result: dict[str, Any] = json.loads(done.stdout)
    return result


def program(answer: str, outside: dict[str, str] | None = None) -> list[str]:
    return [sys.executable, "-c", ANSWERS % (SCHEMES, outside or {}, answer)]


# Files that have every kind of fault: a part of all, which the archive of the vectors is played with.
TOPICS = ["envelope-time", "freshness", "limits", "peers-faults", "stripe"]
FEW = tuple(word for topic in TOPICS for word in ("--topic", topic))


def expected() -> list[dict[str, Any]]:
    files = [VECTORS / f"{topic}.json" for topic in TOPICS]
    vectors = [vector for file in files for vector in json.loads(file.read_text("utf-8"))]
    return [vector for vector in vectors if vector["scheme"] in SCHEMES]


def test_a_program_that_accepts_everything_has_a_fault_for_each_refusal() -> None:
    result = result_of(*program('{"ok": True}'), options=FEW)
    refused = [vector["name"] for vector in expected() if "error" in vector["expect"]]
    assert sorted(fault["name"] for fault in result["faults"]) == sorted(refused)
    kinds = {fault["fault"] for fault in result["faults"]}
    assert kinds == {"forged", "stale", "future", "malformed", "envelope", "limit", "secret", "configuration"}


def test_a_program_that_refuses_everything_has_a_fault_for_each_genuine_delivery() -> None:
    genuine = [vector["name"] for vector in expected() if "ok" in vector["expect"]]
    result = result_of(*program('{"ok": False}'), options=FEW)
    assert sorted(fault["name"] for fault in result["faults"]) == sorted(genuine)
    assert {fault["fault"] for fault in result["faults"]} == {"genuine"}


def test_an_error_that_is_not_the_librarys_own_is_a_fault_and_so_is_another_code_if_codes_are_compared() -> None:
    crash = result_of(*program('{"ok": False, "crash": True, "reason": "TypeError"}'), options=("--topic", "stripe"))
    assert {fault["fault"] for fault in crash["faults"]} == {"crash", "genuine"}
    assert {fault["reason"] for fault in crash["faults"]} == {"TypeError"}
    answer = program('{"ok": False, "code": "signature_mismatch"}')
    without = result_of(*answer, options=("--topic", "stripe"))
    compared = result_of(*answer, options=("--topic", "stripe", "--codes"))
    assert "code" not in {fault["fault"] for fault in without["faults"]}
    assert "code" in {fault["fault"] for fault in compared["faults"]}
    assert 0 < compared["right"] < without["right"]


def test_what_is_skipped_or_outside_is_not_counted() -> None:
    skip = '{"skip": "no options"} if "options" in request else {"ok": True}'
    outside = {"stripe": "another sender", "stale": "no clock", "fault 5": "text"}
    result = result_of(*program(skip, outside), options=FEW)
    names = {fault["name"] for fault in result["faults"]}
    assert set(result["skipped"]) == {"no options", "another sender", "no clock", "text"}
    assert result["counted"] + sum(result["skipped"].values()) == len(expected())
    assert "stale" not in {fault["fault"] for fault in result["faults"]}
    assert not any(name.startswith("fault 5") for name in names) and any(name.startswith("fault 4") for name in names)


def test_the_program_on_the_page_is_played_and_has_the_faults_that_the_page_says(tmp_path: Path) -> None:
    page = Path(os.environ["HOOKSEAL_DOCS"], "vectors.md").read_text("utf-8")
    (example,) = re.findall(r"^```python\n(# mine\.py\n.*?)^```$", page, re.MULTILINE | re.DOTALL)
    file = tmp_path / "mine.py"
    file.write_text(example, "utf-8")
    result = result_of(sys.executable, str(file))
    names = {kind: [fault["name"] for fault in result["faults"] if fault["fault"] == kind] for kind in FAULTS}
    assert names["genuine"] == ["github accepts a tag in upper case"]
    assert len(names["secret"]) == 2 and "fault 1: github" in " ".join(names["secret"])
    assert len(names["malformed"]) == 6 and len(result["faults"]) == 9
    assert set(result["skipped"]) == {"one secret, and no limits"}


@pytest.mark.parametrize(
    ("command", "message"),
    [
        (["no-such-program-anywhere"], "did not start"),
        ([sys.executable, "-c", "pass"], "the program ended"),
        ([sys.executable, "-c", "print('hello', flush=True); input()"], "which is no JSON object"),
        ([sys.executable, "-c", "print('{}', flush=True); input()"], "does not name its schemes"),
        ([sys.executable, "-c", "print('{\"schemes\": [\"other\"]}', flush=True); input()"], "no vector was played"),
        (program('{"ok": "yes"}'), "which has no `ok`, true or false"),
        (program('{"id": -1, "ok": True}'), "to number 0"),
    ],
)
def test_a_program_that_does_not_play_along_is_named_and_not_counted(command: list[str], message: str) -> None:
    done = play(*command)
    assert done.returncode == 2 and done.stdout == ""
    assert message in done.stderr and done.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("arguments", "name"),
    [
        (["for_standardwebhooks.py"], "standardwebhooks"),
        (["for_standardwebhooks.py", "svix"], "svix"),
        (["for_stripe.py"], "stripe"),
    ],
)
def test_the_adapters_of_other_libraries_agree_on_most_vectors(arguments: list[str], name: str) -> None:
    file, *more = arguments
    result = result_of(sys.executable, f"adapters/{file}", *more)
    assert result["program"]["name"] == f"{name} (PyPI)" and result["program"]["version"]
    assert result["counted"] > 100 and result["right"] > result["counted"] * 0.6
    assert not any(fault["fault"] in ("stale", "future", "limit") for fault in result["faults"])


def test_the_report_names_each_kind_of_fault_and_what_was_not_counted() -> None:
    done = play(*program('{"ok": True}', {"github": "another sender"}), options=("--show", "2", *FEW))
    assert done.returncode == 1
    lines = done.stdout.splitlines()
    assert re.fullmatch(r"a program 1: \d+ vectors counted, \d+ as expected", lines[0])
    assert any(re.fullmatch(r" +\d+  forged: a delivery was accepted .*", line) for line in lines)
    assert any(re.fullmatch(r" +\d+  not counted: another sender", line) for line in lines)
    assert sum(line.startswith("    ") and not line[4:].lstrip()[0].isdigit() for line in lines) == 2
