"""python -m run.vectors: plays every vector with the installed package. It needs no other package."""

import platform

import hookseal
from vectors import expected, play, play_keys, read_vectors

# The most failures to print.
SHOWN = 20


def main() -> None:
    vectors = read_vectors()
    failures = []
    for vector in vectors:
        outcome, others = play(vector)
        wanted = expected(vector, outcome)
        if outcome != wanted:
            others = [f"it gives {outcome} instead of {wanted}", *others]
        failures += [f"{vector['name']}: {failure}" for failure in others]
    failures += play_keys()
    for failure in failures[:SHOWN]:
        print(failure)
    if failures or not vectors:
        raise SystemExit(f"{len(failures)} failures in {len(vectors)} vectors")
    print(f"CPython {platform.python_version()}, hookseal {hookseal.__version__}: {len(vectors)} vectors agree")


main()
