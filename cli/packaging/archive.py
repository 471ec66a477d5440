"""python archive.py ARCHIVE FOLDER: packs a folder into an archive, a .tar.gz or a .zip.

The archive depends only on the names and contents of the files, and on which of them can be run: neither on when it
was packed, nor by whom.
"""

import gzip
import os
import sys
import tarfile
from collections.abc import Iterator
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

# The oldest time that a ZIP archive can have, and the same in Unix seconds.
TIME = (1980, 1, 1, 0, 0, 0)
SECONDS = 315_532_800

REGULAR = 0o100000


def files(folder: Path) -> Iterator[tuple[str, Path, int]]:
    """Each file with its name in the archive, which begins with that of the folder, and its mode."""
    for file in sorted(file for file in folder.rglob("*") if file.is_file()):
        mode = 0o755 if os.access(file, os.X_OK) else 0o644
        yield file.relative_to(folder.parent).as_posix(), file, mode


def pack_tar(archive: Path, folder: Path) -> None:
    with (
        archive.open("wb") as out,
        gzip.GzipFile("", "wb", mtime=SECONDS, fileobj=out) as packed,
        tarfile.open(fileobj=packed, mode="w", format=tarfile.PAX_FORMAT) as tar,
    ):
        for name, file, mode in files(folder):
            entry = tarfile.TarInfo(name)
            entry.size, entry.mode, entry.mtime = file.stat().st_size, mode, SECONDS
            with file.open("rb") as contents:
                tar.addfile(entry, contents)


def pack_zip(archive: Path, folder: Path) -> None:
    with ZipFile(archive, "w") as packed:
        for name, file, mode in files(folder):
            entry = ZipInfo(name, TIME)
            entry.compress_type = ZIP_DEFLATED
            entry.external_attr = (REGULAR | mode) << 16
            packed.writestr(entry, file.read_bytes())


if __name__ == "__main__":
    (pack_zip if sys.argv[1].endswith(".zip") else pack_tar)(Path(sys.argv[1]), Path(sys.argv[2]))
