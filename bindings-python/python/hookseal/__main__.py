"""`python -m hookseal`: runs the command line, which is the package `hookseal-cli`."""

import importlib
import sys


def main() -> None:
    """Runs the command line, or says how to install it."""
    try:
        command_line = importlib.import_module("hookseal_cli")
    except ModuleNotFoundError as error:
        if error.name != "hookseal_cli":
            raise
        print(
            "error: the command line is the package hookseal-cli, which is not installed here: run "
            "`python -m pip install hookseal-cli`, or `uvx hookseal-cli` without installing it",
            file=sys.stderr,
        )
        sys.exit(2)
    command_line.main()


if __name__ == "__main__":
    main()
