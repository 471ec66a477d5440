"""The parts that `generate.py` builds the vector files from."""
