"""python wheel.py WHEEL SHARE LEVEL: completes the wheel that maturin made of the binary.

Adds the script `hookseal-cli`, by which `uvx hookseal-cli` finds the command, since maturin takes no scripts next to a
binary; and the files of the folder SHARE, which are installed below `share/`. LEVEL is that of the compression, from 1
(fast) to 9 (small).
"""

import base64
import hashlib
import sys
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

ENTRY_POINTS = "[console_scripts]\nhookseal-cli = hookseal_cli:main\n"

# The oldest time that a ZIP archive can have: two builds of the same files are the same.
TIME = (1980, 1, 1, 0, 0, 0)

FILE = 0o100644


def recorded(name: str, contents: bytes) -> str:
    """The line of a file in RECORD."""
    digest = base64.urlsafe_b64encode(hashlib.sha256(contents).digest()).rstrip(b"=").decode()
    return f"{name},sha256={digest},{len(contents)}\n"


def complete(wheel: Path, share: Path, level: int) -> None:
    name, version, *_ = wheel.name.split("-")
    info = f"{name}-{version}.dist-info"
    added = {f"{info}/entry_points.txt": ENTRY_POINTS.encode()}
    for file in sorted(file for file in share.rglob("*") if file.is_file()):
        added[f"{name}-{version}.data/data/share/{file.relative_to(share).as_posix()}"] = file.read_bytes()
    completed = wheel.with_suffix(".completed")
    with ZipFile(wheel) as old, ZipFile(completed, "w", ZIP_DEFLATED, compresslevel=level) as new:

        def add(path: str, contents: bytes, mode: int = FILE) -> None:
            entry = ZipInfo(path, TIME)
            entry.compress_type = ZIP_DEFLATED
            entry.external_attr = mode << 16
            new.writestr(entry, contents, compresslevel=level)

        record = old.read(f"{info}/RECORD").decode()
        for entry in old.infolist():
            if entry.filename in added:
                raise SystemExit(f"error: {wheel.name} has {entry.filename} already: it is complete")
            if entry.filename != f"{info}/RECORD":
                add(entry.filename, old.read(entry), entry.external_attr >> 16)
        for path, contents in added.items():
            add(path, contents)
        add(f"{info}/RECORD", ("".join(recorded(*file) for file in added.items()) + record).encode())
    completed.replace(wheel)


if __name__ == "__main__":
    complete(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]))
