#!/usr/bin/env python3
"""peers.py --node FOLDER --python FOLDER PYTHON [--write PAGE]: plays the vectors with other libraries, for a table.

The folders are copies of the tests, in which the libraries are installed: `cargo xtask vectors peers` passes them. With
`--write`, the table replaces the one that a page has between two comments.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Iterator
from datetime import datetime, timezone
from pathlib import Path

from play import FAULTS, Played, name_of, play

HERE = Path(__file__).resolve().parent

IN_NODE = [
    ["for_hookseal.mjs"],
    ["for_standardwebhooks.mjs"],
    ["for_standardwebhooks.mjs", "svix"],
    ["for_stripe.mjs"],
    ["for_octokit.mjs"],
    ["for_guide.mjs"],
    ["for_partner_sdk.mjs"],
]
IN_PYTHON = [["for_hookseal.py"], ["for_standardwebhooks.py"], ["for_standardwebhooks.py", "svix"], ["for_stripe.py"]]

# The kinds of faults that have a column; the others are not counted for any of these libraries, or do not occur.
COLUMNS = {
    "forged": "not as signed",
    "malformed": "malformed",
    "stale": "too old",
    "secret": "empty secret",
    "genuine": "genuine, refused",
    "crash": "other error",
}

BEGIN = "<!-- The table is written by `cargo xtask vectors peers`. -->"
END = "<!-- The end of the table. -->"


def table(played: list[Played], day: str) -> Iterator[str]:
    yield f"Played on {day}, in the versions of that day."
    yield ""
    yield "| library | scheme | counted | as expected | " + " | ".join(COLUMNS.values()) + " | not counted |"
    yield "|---|---|--:|--:|" + "--:|" * (len(COLUMNS) + 1)
    for each in played:
        others = {kind for kind, _, _ in each.faults} - set(COLUMNS)
        if others:
            raise SystemExit(f"{name_of(each)} has faults without a column: {others}")
        schemes = each.program["schemes"]
        counts = [str(each.count(kind)) for kind in COLUMNS]
        numbers = [str(each.counted), str(each.right), *counts, str(sum(each.skipped.values()))]
        scheme = f"`{schemes[0]}`" if len(schemes) == 1 else f"{len(schemes)} schemes"
        yield f"| {name_of(each)} | {scheme} | {' | '.join(numbers)} |"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0] if __doc__ else None)
    parser.add_argument("--node", type=Path, required=True, help="the folder with `node_modules` and `vectors/adapters`")
    parser.add_argument("--python", nargs=2, required=True, help="the folder with `vectors/adapters`, and the Python")
    parser.add_argument("--write", type=Path, help="the page with the table")
    arguments = parser.parse_args()
    commands = [["node", str(arguments.node / "vectors/adapters" / name), *more] for name, *more in IN_NODE]
    folder, python = arguments.python
    commands += [[python, str(Path(folder) / "vectors/adapters" / name), *more] for name, *more in IN_PYTHON]
    played = [play(command, HERE, set(), codes=False) for command in commands]
    text = "\n".join(table(played, datetime.now(timezone.utc).strftime("%Y-%m-%d")))
    print(text)
    if arguments.write:
        page = arguments.write.read_text("utf-8")
        pattern = re.compile(f"{re.escape(BEGIN)}\n.*?{re.escape(END)}", re.DOTALL)
        if len(pattern.findall(page)) != 1:
            raise SystemExit(f"{arguments.write} has no place for the table")
        arguments.write.write_text(pattern.sub(lambda _: f"{BEGIN}\n\n{text}\n\n{END}", page), "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
