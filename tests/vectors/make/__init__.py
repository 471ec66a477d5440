"""The modules from which `generate.py` builds the vector files."""
