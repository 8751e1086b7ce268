"""Zip archives of captures and exports, read member by member and never unpacked to names of their choice.

specification: APPNOTE.TXT of PKWARE, by the standard library's reader
"""

from __future__ import annotations

import stat
import zipfile
import zlib
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from vitne.intake.received import EXPECTED, Spool, written
from vitne.intake.unpack import UnpackLimits
from vitne.model import CaptureError, Gap

if TYPE_CHECKING:
    from vitne.intake.received import Buffer
    from vitne.model import Oddity

MOST_MEMBERS = 20_000
"""Members of one archive that are looked at."""
_PIECE = 1 << 20
_DAMAGE = (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, RuntimeError, OverflowError)
"""What the standard library raises on archives that are cut, damaged, encrypted or of unknown methods."""


def is_archive(path: str) -> bool:
    """Tell from its first bytes whether a file is a zip archive."""
    try:
        with Path(path).open("rb") as stream:
            return stream.read(4) in {b"PK\x03\x04", b"PK\x05\x06"}
    except OSError:
        return False


class Archive:
    """One open archive.  Raises CaptureError where its table of contents cannot be read."""

    def __init__(self, path: Path, *, limits: UnpackLimits | None = None) -> None:
        self.path = path
        self.notes: list[Gap | Oddity] = []  # what was refused
        self._limits = limits or UnpackLimits()
        try:
            most = self._limits.most(path.stat().st_size)
            self._zip = zipfile.ZipFile(path)
            infos = self._zip.infolist()
        except _DAMAGE as error:
            raise self._error("this zip archive cannot be read: it is cut or damaged") from error
        self._infos: dict[str, zipfile.ZipInfo] = {}
        for info in infos[:MOST_MEMBERS]:
            if info.is_dir():
                continue
            if _is_trick(info):
                why = "a member of an archive whose name leads out of it, or that is a link, was not read"
                self.notes.append(Gap(kind="unreadable-input", why=why))
            else:
                self._infos.setdefault(info.filename, info)
        if len(infos) > MOST_MEMBERS:
            why = f"an archive of more than {MOST_MEMBERS} members; the rest was not looked at"
            self.notes.append(Gap(kind="limit", why=why))
        self._allowed = self._shared_out(most)

    def _shared_out(self, most: int) -> dict[str, int]:
        """Give how many bytes each member may become: the smallest first, so that a bomb takes from none."""
        allowed = {}
        sizes = {
            name: min(info.file_size, self._limits.most(info.compress_size))
            for name, info in self._infos.items()
        }
        for name in sorted(sizes, key=lambda each: (sizes[each], each)):
            allowed[name] = min(sizes[name], most)
            most -= allowed[name]
        return allowed

    @property
    def names(self) -> list[str]:
        """Names of the members, sorted."""
        return sorted(self._infos)

    def read(self, name: str, notes: list[Gap | Oddity]) -> Buffer:
        """Unpack one member; a bomb is read so far as the bounds go.  Raises CaptureError."""
        info = self._infos.get(name)
        if info is None:
            raise self._error("there is no such member in the archive", name)
        spool = Spool()
        most = self._allowed[name]
        try:
            with self._zip.open(info) as stream:
                while spool.size < most and (piece := stream.read(min(_PIECE, most - spool.size))):
                    spool.write(piece)
        except _DAMAGE as error:
            if not spool.size:
                raise self._error(
                    "this member cannot be unpacked: damaged, encrypted or of a rare method", name
                ) from error
            why = "a member of an archive is damaged; what could be unpacked was read"
            notes.append(Gap(kind="truncated-file", why=why, offset=spool.size))
        if spool.size >= most and spool.size < info.file_size:
            why = f"a member of an archive unfolds to more than {most} bytes; unpack it yourself to read all"
            notes.append(Gap(kind="limit", why=why, offset=spool.size))
        if not spool.size:
            what = (
                "the archive unfolds to too much before this member"
                if info.file_size
                else "this file is empty"
            )
            raise self._error(what, name)
        return spool.finish()

    def _error(self, what: str, name: str = "") -> CaptureError:
        where = written(self.path) + (f"!/{name}" if name else "")
        return CaptureError(
            what, where=where, expected=EXPECTED, next_step="unpack it and give the files in it"
        )

    def close(self) -> None:
        """Close the file."""
        self._zip.close()


def _is_trick(info: zipfile.ZipInfo) -> bool:
    """Say whether a member's name leads anywhere but below, or the member is a link."""
    name = info.orig_filename
    parts = PurePosixPath(name.replace("\\", "/")).parts
    leads_out = name.startswith(("/", "\\")) or ".." in parts or ":" in name[:3] or "\0" in name
    return leads_out or stat.S_ISLNK(info.external_attr >> 16)
