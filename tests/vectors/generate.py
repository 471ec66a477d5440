#!/usr/bin/env python3
"""Writes the vector files next to this script. With --check it only reports the stale ones.

Needs only Python 3.10 or later. The same source always produces the same bytes.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from make import builders, explain, keys, schemes, stored
from make.further import deliveries as further_deliveries
from make.further import keys as further_keys
from make.further import public_keys
from make.topics import TOPICS
from make.vector import render

HERE = Path(__file__).resolve().parent


def build() -> dict[str, bytes]:
    """Every vector file: its name and its contents."""
    files = {}
    seen: dict[str, str] = {}
    for topic, vectors_of in TOPICS.items():
        vectors = list(vectors_of())
        for vector in vectors:
            name = vector["name"]
            if name in seen:
                raise SystemExit(f"the name {name!r} is used in both {seen[name]} and {topic}")
            seen[name] = topic
        files[f"{topic}.json"] = render(vectors).encode("utf-8")
    files["explain/causes.json"] = render(explain.vectors()).encode("utf-8")
    files["keys/keys.json"] = render(keys.vectors()).encode("utf-8")
    files["senders/deliveries.json"] = render(further_deliveries.vectors()).encode("utf-8")
    files["senders/ed25519.json"] = render(public_keys.vectors()).encode("utf-8")
    files["senders/keys.json"] = render(further_keys.vectors()).encode("utf-8")
    files["schemes/builders.json"] = builders.render().encode("utf-8")
    files["schemes/deliveries.json"] = render(schemes.deliveries()).encode("utf-8")
    files["schemes/refused.json"] = schemes.render_refused(schemes.refused()).encode("utf-8")
    files["stored/stored.json"] = stored.render(stored.vectors()).encode("utf-8")
    return files


def stale(files: dict[str, bytes]) -> list[str]:
    """The files that are missing or differ, or that no topic generates any more."""
    # The schemas are written by hand.
    found = {path.relative_to(HERE) for path in HERE.glob("**/*.json")}
    names = set(files) | {str(path) for path in found if path.parts[0] != "format"}

    def is_stale(name: str) -> bool:
        path = HERE / name
        return name not in files or not path.is_file() or path.read_bytes() != files[name]

    return sorted(filter(is_stale, names))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 if a file is stale")
    check = parser.parse_args().check
    files = build()
    has_stale = False
    for name in stale(files):
        if not check and name in files:
            (HERE / name).parent.mkdir(exist_ok=True)
            (HERE / name).write_bytes(files[name])
            print(f"written: {name}")
        else:
            # When writing, this is a file that no topic generates. It is not deleted, since someone may have added it.
            print(f"stale: {name}")
            has_stale = True
    return 1 if has_stale else 0


if __name__ == "__main__":
    sys.exit(main())
