"""From images and packages to the document: containers inside containers, down to the units."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from vitne.firmware.budget import Budget, Exhausted, budget_for, lost_as
from vitne.firmware.containers import HEAD, Lost, container_of, zip_archive
from vitne.firmware.drafts import Draft, digest, joined
from vitne.firmware.judging import judged
from vitne.firmware.parts import dex, elf
from vitne.firmware.shape import Firmware, Flag, Image, NotRead, Odd, Spot, Why
from vitne.firmware.source import Mapped, whole
from vitne.firmware.units import MANIFEST, Packages, properties
from vitne.model import CaptureError, Malformed

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from vitne.firmware.source import Source

EXPECTED = "an APK, a bundle of APKs, an update (zip or payload.bin), or an image: sparse, super, ext4, EROFS"
_ARCHIVES = re.compile(
    r"(?i).*\.(?:apk|apks|xapk|apkm|aab|jar|zip|apex|capex|img|bin|ext4|erofs|dat|raw|simg)"
)
_CLOSED = re.compile(r"(?i).*\.(?:new\.dat\.br|new\.dat|patch\.dat|img\.lz4|tar\.md5|ozip|ofp|kdz|dz|7z|rar)")
_MOST_LOST = 2000
_MOST_PROPERTY_FILE = 4 << 20
_CHARGE = 4 << 20


class Reading(msgspec.Struct, kw_only=True):
    """What was met in everything that was given."""

    images: list[Image] = []
    drafts: list[Draft] = []
    flags: list[Flag] = []
    not_read: list[NotRead] = []
    oddities: list[Odd] = []
    lost: int = 0  # parts that could not be read, told or not


def read_images(
    paths: Sequence[str | Path], *, market: str = "", progress: Callable[[str], None] | None = None
) -> Firmware:
    """Read images and packages.

    One that cannot be read is told beside others; raises CaptureError where none can, and for one that is
    not there.
    """
    reading = Reading()
    errors: list[CaptureError] = []
    opened: list[Mapped] = []
    try:
        for path in _files(paths):
            mapped = Mapped(path)
            opened.append(mapped)
            try:
                _Walk(reading, budget_for(mapped.size), progress).image(mapped, path)
            except CaptureError as error:
                errors.append(error)
        if not reading.images:
            raise errors[0] if errors else CaptureError("nothing was given", expected=EXPECTED)
        for each in errors:
            reading.lost += 1
            reading.not_read.append(NotRead(why="malformed", note=each.what, path=Path(each.where).name))
        reading.drafts = joined(reading.drafts)
        return judged(reading, market)
    finally:
        for mapped in opened:
            mapped.close()


def _files(paths: Sequence[str | Path]) -> list[Path]:
    """Give the files behind some paths; of a folder those inside that promise something, sorted."""
    found: list[Path] = []
    for path in map(Path, paths):
        if path.is_dir():
            files = (each for each in sorted(path.iterdir()) if each.is_file())
            inside = [each for each in files if _ARCHIVES.fullmatch(each.name)]
            if not inside:
                what = "no image and no package lies in this folder"
                raise CaptureError(what, where=str(path), expected=EXPECTED)
            found += inside
        elif path.is_file():
            found.append(path)
        else:
            raise CaptureError("there is no such file", where=str(path), expected=EXPECTED)
    return found


class _Walk:
    """Goes through one file that was given."""

    def __init__(self, reading: Reading, budget: Budget, progress: Callable[[str], None] | None) -> None:
        self._reading = reading
        self._budget = budget
        self._progress = progress
        self._packages = Packages(budget, self._lose)
        self._files = 0
        self._looked = budget.look

    def image(self, source: Source, path: Path) -> None:
        """Read a file that was given; raises CaptureError where it is nothing that is read."""
        head = source.read(0, HEAD)
        container = container_of(source)
        if container is None and not (dex.fits(head[:8]) or head.startswith(elf.MAGIC)):
            what = "this is no image and no package that is read"
            raise CaptureError(what, where=str(path), expected=EXPECTED)
        told, drafts = len(self._reading.not_read), len(self._reading.drafts)
        self._file(source, path.name, 0)
        lost = self._reading.not_read[told:]
        if self._files == 1 and lost and len(self._reading.drafts) == drafts:
            del self._reading.not_read[told:]
            self._reading.lost -= len(lost)
            raise CaptureError(
                f"nothing of it can be read: {lost[0].note}", where=str(path), expected=EXPECTED
            )
        self._reading.images.append(
            Image(
                name=path.name,
                sha256=digest(source),
                size=source.size,
                format=container.name if container else "code",
                files=self._files,
                bytes_read=self._looked - self._budget.look,
            )
        )

    def _file(self, source: Source, path: str, depth: int) -> None:
        """Look at one file, whatever it is; what is wrong with it costs nothing else."""
        self._files += 1
        if self._progress is not None and self._files % 64 == 1:
            self._progress(path)
        try:
            head = source.read(0, HEAD)
            container = container_of(source) if depth == 0 or _may_hold(head, path) else None
            if container is not None:
                if depth >= self._budget.depth:
                    raise Exhausted(f"containers lie inside one another more than {self._budget.depth} deep")
                if depth:  # an image may hold itself, over and over, and an archive is read as a whole
                    whole_one = container.name == "zip"
                    self._budget.looking(source.size if whole_one else min(source.size, _CHARGE))
                self._contained(source, path, container.name, depth)
            else:
                self._plain(source, path, head)
        except Malformed as error:
            self._lose(path, error)

    def _contained(self, source: Source, path: str, kind: str, depth: int) -> None:
        if kind == "zip":
            self._archive(source, path, depth)
            return
        container = container_of(source)
        assert container is not None  # noqa: S101  (asked for by the caller)
        for member in container.members(source, self._budget):
            inside = _inside(path, member.path)
            if isinstance(member, Lost):
                self._tell(member.why, member.note, inside)
            else:
                self._file(member.source, inside, depth + 1)

    def _archive(self, source: Source, path: str, depth: int) -> None:
        """Read an archive: a package, an archive of code, or anything in files."""
        entries, directory = zip_archive.entries(source)
        self._budget.meeting(len(entries))
        names = [entry.name for entry in entries]
        doubled = sorted(name for name, count in Counter(names).items() if count > 1)
        for name in doubled[:8]:
            note = f"the archive has two members of the name {name!r}: the last was read"
            self._reading.oddities.append(
                Odd(name="firmware-doubled-entry", note=note, spot=Spot(path=f"{path}!/{name}"))
            )
        if MANIFEST in names:
            self._keep(self._packages.package(source, path, entries, directory))
        elif any(name.endswith(".dex") for name in names):
            self._keep(self._packages.code(source, path, entries))
        package = MANIFEST in names
        for entry in entries:
            if entry.name.endswith("/") or (package and not _ARCHIVES.fullmatch(entry.name)):
                continue
            if entry.name.endswith(".dex"):
                continue
            inside = _inside(path, entry.name)
            try:
                opened, _ = zip_archive.opened(source, entry, self._budget)
            except Malformed as error:
                self._lose(inside, error, encrypted=bool(entry.flags & 1))
                continue
            self._file(opened, inside, depth + 1)

    def _plain(self, source: Source, path: str, head: bytes) -> None:
        name = path.rpartition("/")[2]
        if name.endswith(".prop") and source.size <= _MOST_PROPERTY_FILE:
            self._budget.looking(source.size)
            self._reading.flags += properties(whole(source, _MOST_PROPERTY_FILE), path)
        if _CLOSED.fullmatch(name):
            note = (
                "this kind of file is not read: unpack it (brotli, sdat2img, lz4, tar), give what is inside"
            )
            self._tell("unsupported", note, path)
            return
        draft = self._packages.file(source, path, head)
        if draft is not None and draft.worth_telling():
            self._keep(draft)

    def _keep(self, draft: Draft) -> None:
        draft.settle()
        self._reading.drafts.append(draft)

    def _lose(self, path: str, error: Malformed, *, encrypted: bool = False) -> None:
        why: Why = lost_as(error)
        if encrypted and why == "malformed":
            why = "encrypted"
        at = "" if error.at is None else f" (at byte {error.at})"
        self._tell(why, error.why + at, path)

    def _tell(self, why: Why, note: str, path: str) -> None:
        self._reading.lost += 1
        if len(self._reading.not_read) < _MOST_LOST:
            self._reading.not_read.append(NotRead(why=why, note=note, path=path))


def _may_hold(head: bytes, path: str) -> bool:
    """Say whether a file inside another is worth asking for a container: archives, images, partitions are."""
    if head.startswith(b"PK\x03\x04") or _ARCHIVES.fullmatch(path):
        return True
    return "/" not in path.rpartition("!/")[2]


def _inside(path: str, name: str) -> str:
    """Name a member: what would lead out of the archive stays a part of the name."""
    if not name:
        return path
    return f"{path}!/{name.lstrip('/')}"
