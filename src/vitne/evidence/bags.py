"""BagIt bags: a folder of files with manifests of their digests.  Specification: RFC 8493 (BagIt 1.0).

A bag is read as foreign bytes: no link is followed, nothing is fetched, no name leads out of the folder.
"""

from __future__ import annotations

import hashlib
import os
import re
import stat
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

import msgspec

from vitne.model import Malformed

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

ALGORITHMS = ("sha256", "sha512")
LEAST_BLOCK = 4096
MOST_BLOCKS = 256
"""Stretches of a file that have a digest of their own: what was changed is located to such a stretch."""
MOST_FILES = 100_000
DECLARATION = b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
_LINE = re.compile(r"([0-9a-fA-F]+)(?:  | \*|[ \t]+)(.+)")


class Digests(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of the bytes of one file."""

    size: int
    sha256: str
    sha512: str
    block: int  # bytes of the file that one digest of ``blocks`` stands for
    blocks: tuple[str, ...]  # SHA-256 of each stretch of ``block`` bytes


def digests(path: Path) -> Digests:
    """Read a file once and give its digests."""
    block = LEAST_BLOCK
    while block * MOST_BLOCKS < path.stat().st_size:
        block *= 2
    first, second = hashlib.sha256(), hashlib.sha512()
    blocks: list[str] = []
    size = 0
    with path.open("rb") as file:
        while part := file.read(block):
            first.update(part)
            second.update(part)
            blocks.append(hashlib.sha256(part).hexdigest())
            size += len(part)
    return Digests(
        size=size, sha256=first.hexdigest(), sha512=second.hexdigest(), block=block, blocks=tuple(blocks)
    )


def manifest(files: Mapping[str, Digests], algorithm: str) -> bytes:
    """Write a manifest: digest, two spaces, path, percent-encoded as RFC 8493 section 2.1.3 asks."""
    lines = [f"{getattr(files[name], algorithm)}  {_escaped(name)}\n" for name in sorted(files)]
    return "".join(lines).encode()


def info(rows: Iterable[tuple[str, str]]) -> bytes:
    """Write bag-info.txt (section 2.2.2): one line a row, line ends in values made spaces."""
    return "".join(f"{label}: {' '.join(value.split())}\n" for label, value in rows).encode()


def read_manifest(data: bytes) -> dict[str, str]:
    """Read path -> digest of a manifest; raises Malformed for a line that is none or leads out of the bag."""
    found: dict[str, str] = {}
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Malformed("the manifest is not UTF-8", at=error.start) from error
    for number, line in enumerate(text.splitlines(), 1):
        match = _LINE.fullmatch(line)
        if match is None:
            raise Malformed(f"line {number} of the manifest is none")
        name = _plain(match[2])
        if not inside(name):
            raise Malformed(f"line {number} of the manifest leads out of the bag")
        if name in found:
            raise Malformed(f"line {number} of the manifest names a file twice")
        found[name] = match[1].lower()
    return found


def inside(name: str) -> bool:
    """Say whether a name of a manifest stays inside the bag, on every system."""
    path = PurePosixPath(name)
    parts = name.split("/")
    bad = {"", ".", ".."} | {part for part in parts if not part.strip()}
    return not (
        path.is_absolute() or "\\" in name or "\0" in name or ":" in parts[0] or any(p in bad for p in parts)
    )


def files_of(bag: Path) -> tuple[list[str], list[str]]:
    """Give plain files below a folder, and what is none (links, sockets); Malformed for too many."""
    plain: list[str] = []
    other: list[str] = []
    for base, folders, names in os.walk(bag):
        folders.sort()
        for name in sorted([*names, *(f for f in folders if (Path(base) / f).is_symlink())]):
            path = Path(base) / name
            where = plain if stat.S_ISREG(path.lstat().st_mode) else other
            where.append(path.relative_to(bag).as_posix())
        if len(plain) > MOST_FILES:
            raise Malformed(f"more than {MOST_FILES} files in a bag")
    return sorted(plain), sorted(other)


def _escaped(name: str) -> str:
    return name.replace("%", "%25").replace("\n", "%0A").replace("\r", "%0D")


def _plain(name: str) -> str:
    return re.sub("%0[Aa]", "\n", re.sub("%0[Dd]", "\r", name)).replace("%25", "%")
