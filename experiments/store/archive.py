"""A run as one ZIP file: the same bytes for the same content, and unpacked without trust in its content.

`SHA256SUMS` lists the hash of every other file, as `sha256sum -c` reads it.
"""

import hashlib
import re
import shutil
import stat
import tempfile
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from experiments.store.files import whole
from experiments.store.foreign import MOST_FILES
from sim.errors import InputError

SUFFIX: Final = ".zip"
SUMS: Final = "SHA256SUMS"
RUN: Final = "run"
"""The folder of the run in its archive."""
MOST_BYTES: Final = 16 * 2**30
"""Most bytes of all unpacked files together."""
_MOST_SUMS_BYTES: Final = 2**20
_CHUNK: Final = 2**20
_LONGEST: Final = 240
_NAME: Final = re.compile(r"(?!\.\.?(?:/|$))[^/\\:\0]+(?:/(?!\.\.?(?:/|$))[^/\\:\0]+){0,7}")
_SUM: Final = re.compile(r"([0-9a-f]{64})  (.+)")
_KINDS: Final = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)


def write(path: Path, files: Mapping[str, bytes | Path], hashes: Mapping[str, str]) -> None:
    """Write an archive of files by their names inside, with the list of their `hashes`; whole or not at all.

    Raises:
        OSError: the disk is full, and the like.
    """
    sums = "".join(f"{hashes[name]}  {name}\n" for name in sorted(files))
    with whole(path) as unfinished, zipfile.ZipFile(unfinished, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in sorted({**files, SUMS: sums.encode()}.items()):
            entry = zipfile.ZipInfo(name)  # dated 1980, so that the archive is the same whenever it is made
            entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, (stat.S_IFREG | 0o644) << 16
            with archive.open(entry, "w", force_zip64=True) as inside:
                if isinstance(content, bytes):
                    inside.write(content)
                    continue
                with content.open("rb") as file:
                    shutil.copyfileobj(file, inside, _CHUNK)


@contextmanager
def unpacked(path: Path) -> Iterator[Path]:
    """The files of an archive in a temporary folder; each must have its listed hash.

    Raises:
        InputError: no archive, a damaged or encrypted one, names that leave the folder, links, more or larger files
            than a run has, or a file that is missing, not listed or changed.
    """
    with tempfile.TemporaryDirectory(prefix="cargohub-") as name:
        folder = Path(name)
        try:
            with zipfile.ZipFile(path) as archive:
                _unpack(path, archive, folder)
        except (zipfile.BadZipFile, NotImplementedError, EOFError, ValueError, zlib.error) as error:
            raise InputError(f"{path}: not the archive of a run, or damaged: {str(error)[:120]}") from None
        yield folder


def _unpack(path: Path, archive: zipfile.ZipFile, folder: Path) -> None:
    entries = {entry.filename: entry for entry in _checked(path, archive)}
    if SUMS not in entries:
        raise InputError(f"{path}: not the archive of a run ({SUMS} is missing)")
    listed = _listed(path, _content(path, archive, entries.pop(SUMS)))
    for name in sorted({*listed, *entries}):
        if name not in entries or name not in listed:
            what = f"missing, though {SUMS} lists it" if name not in entries else f"not listed in {SUMS}"
            raise InputError(f"{path}: {name}: {what}")
        if _written(path, archive, entries[name], folder / name) != listed[name]:
            raise InputError(f"{path}: {name}: changed since the archive was made")


def _checked(path: Path, archive: zipfile.ZipFile) -> Iterator[zipfile.ZipInfo]:
    """The archive's entries, refused if they could be written elsewhere or fill the disk."""
    infos = [entry for entry in archive.infolist() if not entry.filename.endswith("/")]
    if len(infos) > MOST_FILES or sum(entry.file_size for entry in infos) > MOST_BYTES:
        raise InputError(f"{path}: more or larger files than an archive of a run has")
    seen: set[str] = set()
    for entry in infos:
        name, kind = entry.filename, stat.S_IFMT(entry.external_attr >> 16)
        if not (_NAME.fullmatch(name) and name.isprintable() and len(name) <= _LONGEST):
            raise InputError(f"{path}: {name[:60]!r}: not a valid name of a file in an archive")
        if kind not in (0, stat.S_IFREG):
            raise InputError(f"{path}: {name[:60]!r}: a link, or not a regular file")
        if entry.flag_bits & 1 or entry.compress_type not in _KINDS:
            raise InputError(f"{path}: {name[:60]!r}: encrypted, or packed in an unusual way")
        if name.casefold() in seen:
            raise InputError(f"{path}: {name[:60]!r}: occurs twice")
        seen.add(name.casefold())
        yield entry


def _content(path: Path, archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes:
    if entry.file_size > _MOST_SUMS_BYTES:
        raise InputError(f"{path}: {entry.filename}: too large")
    with archive.open(entry) as file:
        return file.read(_MOST_SUMS_BYTES)


def _listed(path: Path, content: bytes) -> dict[str, str]:
    lines = [_SUM.fullmatch(line) for line in content.decode(errors="replace").splitlines()]
    listed = {line[2]: line[1] for line in lines if line}
    if len(listed) != len(lines):
        raise InputError(f"{path}: {SUMS}: not a list of hashes and files")
    return listed


def _written(path: Path, archive: zipfile.ZipFile, entry: zipfile.ZipInfo, target: Path) -> str:
    """Write a file with at most its declared number of bytes; returns its hash."""
    target.parent.mkdir(parents=True, exist_ok=True)
    digest, left = hashlib.sha256(), entry.file_size
    with archive.open(entry) as inside, target.open("xb") as file:
        while chunk := inside.read(_CHUNK):
            left -= len(chunk)
            if left < 0:
                raise InputError(f"{path}: {entry.filename[:60]!r}: larger than it says")
            digest.update(chunk)
            file.write(chunk)
    return digest.hexdigest()
