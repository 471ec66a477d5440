"""The command line of hookseal, which is a native binary.

It is installed as `hookseal`, and run by `hookseal-cli`, `python -m hookseal_cli` and, with the package `hookseal`,
`python -m hookseal` as well.
"""

from __future__ import annotations

import os
import subprocess
import sys
from importlib.metadata import files
from pathlib import Path
from typing import NoReturn

__all__ = ["binary", "main"]

_FILE = "hookseal.exe" if os.name == "nt" else "hookseal"


def binary() -> Path:
    """The path of the binary. Raises `FileNotFoundError` if it was removed, or moved after the installation."""
    installed = [Path(str(file.locate())) for file in files("hookseal-cli") or [] if file.name == _FILE]
    # Where `pip install --target` puts it, which is not where it says that it did.
    places = [*installed, Path(__file__).parent.parent / "bin" / _FILE]
    for place in places:
        if place.is_file():
            return place.resolve()
    raise FileNotFoundError(f"hookseal-cli has no binary at {places[0]}: install hookseal-cli again")


def main() -> NoReturn:
    """Runs the binary with this process's arguments, in place of this process where the system can do that."""
    try:
        words = [str(binary()), *sys.argv[1:]]
        if os.name != "nt":
            os.execv(words[0], words)
        child = subprocess.Popen(words)
    except OSError as error:
        print(f"error: {error}", file=sys.stderr)
        sys.exit(2)
    while True:
        try:
            sys.exit(child.wait())
        except KeyboardInterrupt:
            # The console sent it to the binary too, which decides when it ends.
            continue
