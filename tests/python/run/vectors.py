"""python -m run.vectors: plays every vector with the package as it is installed. Needs nothing else."""

import platform

import hookseal
from vectors import expected, play, read_vectors

# How many faults are shown.
SHOWN = 20


def main() -> None:
    vectors = read_vectors()
    faults = []
    for vector in vectors:
        outcome, others = play(vector)
        wanted = expected(vector, outcome)
        if outcome != wanted:
            others = [f"it gives {outcome}, and not {wanted}", *others]
        faults += [f"{vector['name']}: {fault}" for fault in others]
    for fault in faults[:SHOWN]:
        print(fault)
    if faults or not vectors:
        raise SystemExit(f"{len(faults)} faults in {len(vectors)} vectors")
    print(f"CPython {platform.python_version()}, hookseal {hookseal.__version__}: {len(vectors)} vectors agree")


main()
