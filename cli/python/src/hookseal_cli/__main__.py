"""`python -m hookseal_cli`: runs the command line."""

from hookseal_cli import main

if __name__ == "__main__":
    main()
