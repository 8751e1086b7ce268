"""From what a user names to open inputs: files, folders and zip archives of captures and exports."""

from __future__ import annotations

import hashlib
import os
import re
import stat
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from vitne.apps import format_of as app_list_format
from vitne.exports import HEAD, cipher_log
from vitne.exports import format_of as export_format
from vitne.intake import CaptureReader, UnpackLimits
from vitne.intake.captures import format_of as capture_format
from vitne.intake.received import EXPECTED, MOST_SPOOLED, receive_file, receive_stream, written
from vitne.intake.unpack import compression, unpack
from vitne.model import CaptureError, Gap, Malformed, Oddity
from vitne.pipeline.archive import Archive, is_archive
from vitne.pipeline.exportreader import ExportReader, Unpacked

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from vitne.intake.received import Buffer
    from vitne.model import Key

Reader = CaptureReader | ExportReader
MOST_FILES = 20_000
"""Files of one folder that are looked at."""
_SNIFF = 1 << 16
_MOST_LOG = 256 << 20  # bytes of a log of ciphers that are read
_KEY_LINE = re.compile(
    rb"(?:#[^\n]*+\n|\s)*+"
    rb"(?:CLIENT_RANDOM|[A-Z]{4,6}_[A-Z_]{6,32}(?:_[0-9])?) [0-9A-Fa-f]{64} [0-9A-Fa-f]{64,128}\s"
)


class Place(NamedTuple):
    """Where one input lies."""

    path: str  # as given, or below the folder that was given; "-" for standard input
    member: str = ""  # name inside the archive at ``path``
    asked: bool = True  # named by the user; else met in a folder or an archive

    @property
    def where(self) -> Path:
        """What to call it."""
        return Path(f"{self.path}!/{self.member}" if self.member else self.path)


class Opened(NamedTuple):
    """What could be opened, and what is to be told about the rest."""

    readers: list[Any]
    notes: list[Gap | Oddity]


def open_inputs(paths: Sequence[str | Path], *, stdin: Any) -> Opened:
    """Open all captures and exports behind some paths.

    One that cannot be read is a Gap beside others; raises CaptureError where none can.
    """
    readers: list[Reader] = []
    notes: list[Gap | Oddity] = []
    errors: list[CaptureError] = []
    archives: dict[str, Archive] = {}
    try:
        for place in _places(paths, archives, notes, errors):
            try:
                readers.append(_open(place, archives, notes, stdin=stdin, number=len(readers)))
            except CaptureError as error:
                if place.asked or _promises(error):
                    errors.append(error)
                elif place.member or not _says_something(place.path):
                    note = f"{place.where.name}: {error.what}"
                    notes.append(Oddity(name="file-passed-over", note=_shown(note)))
    finally:
        for archive in archives.values():
            archive.close()
    if not readers:
        raise errors[0] if errors else _nothing_inside(paths)
    notes.extend(
        Gap(kind="unreadable-input", why=_shown(f"{Path(error.where).name}: {error.what}"))
        for error in errors
    )
    return Opened(readers, notes)


def key_logs(paths: Sequence[str | Path]) -> list[str]:
    """Give the key logs (SSLKEYLOGFILE) that lie in the folders among some paths."""
    folders = [str(path) for path in paths if str(path) != "-" and Path(path).is_dir()]
    return [file for folder in dict.fromkeys(folders) for file in _files(folder, []) if _is_key_log(file)]


def is_input(path: Path) -> bool:
    """Say whether the first bytes of a file are those of a capture or an export."""
    try:
        received = receive_file(path)
    except CaptureError:
        return False
    try:
        head = _head(received)
        return capture_format(head[:64]) is not None or export_format(head) is not None
    finally:
        received.close()


def app_lists(paths: Sequence[str | Path]) -> list[str]:
    """Give the lists that name apps, among the files of the folders among some paths."""
    folders = [str(path) for path in paths if str(path) != "-" and Path(path).is_dir()]
    return [file for folder in dict.fromkeys(folders) for file in _files(folder, []) if _names_apps(file)]


def cipher_keys(paths: Sequence[str | Path]) -> tuple[Key, ...]:
    """Give the keys in logs of an app's own ciphers that lie in the folders among some paths."""
    folders = [str(path) for path in paths if str(path) != "-" and Path(path).is_dir()]
    files = [file for folder in dict.fromkeys(folders) for file in _files(folder, [])]
    found: dict[bytes, Key] = {}
    for file in files:
        if _is_cipher_log(file):
            try:
                with Path(file).open("rb") as stream:
                    keys = cipher_log.keys_of(stream.read(_MOST_LOG))
            except (OSError, Malformed):
                continue  # it stands beside the captures and was not asked for
            for key in keys:
                found.setdefault(key.data, key)
    return tuple(found.values())


def _is_cipher_log(path: str) -> bool:
    try:
        with Path(path).open("rb") as stream:
            return cipher_log.fits(stream.read(HEAD))
    except OSError:
        return False


def _names_apps(path: str) -> bool:
    try:
        with Path(path).open("rb") as stream:
            return app_list_format(stream.read(_SNIFF)) is not None
    except OSError:
        return False


def _says_something(path: str) -> bool:
    """Say whether a file beside captures is read for what it says of them."""
    return _is_key_log(path) or _names_apps(path) or _is_cipher_log(path)


def _is_key_log(path: str) -> bool:
    try:
        with Path(path).open("rb") as stream:
            return _KEY_LINE.match(stream.read(HEAD)) is not None
    except OSError:
        return False


def places_by_digest(paths: Sequence[str | Path]) -> dict[str, str]:
    """Give where inputs of each digest lie behind some paths: files, in folders, in zip archives."""
    found: dict[str, str] = {}
    archives: dict[str, Archive] = {}
    ignored: list[Gap | Oddity] = []
    errors: list[CaptureError] = []
    try:
        for place in _places(paths, archives, ignored, errors):
            try:
                received = _received(place, archives, ignored)
            except CaptureError as error:
                errors.append(error)
                continue
            found.setdefault(hashlib.sha256(received.array.data).hexdigest(), str(place.where))
            received.close()
    finally:
        for archive in archives.values():
            archive.close()
    return found


def _shown(note: str) -> str:
    return note.encode("utf-8", "backslashreplace").decode()


def _nothing_inside(paths: Sequence[str | Path]) -> CaptureError:
    return CaptureError(
        "there is no capture and no export in it",
        where=str(paths[0]) if paths else "",
        expected=EXPECTED,
        next_step="name the files themselves",
    )


def _promises(error: CaptureError) -> bool:
    """Say whether a file of a folder is a capture that is damaged, and not just something else."""
    return not error.what.startswith(("this is", "this looks", "the file is too short", "this file is empty"))


def _places(
    paths: Sequence[str | Path],
    archives: dict[str, Archive],
    notes: list[Gap | Oddity],
    errors: list[CaptureError],
) -> Iterator[Place]:
    """Yield every input once, in the order given; folders and archives in the order of their names."""
    for path in dict.fromkeys(str(each) for each in paths):
        outer, mark, member = path.partition("!/")
        if mark and not Path(path).exists() and Path(outer).is_file():
            yield from _members(outer, archives, notes, errors, asked=member)
        elif path != "-" and Path(path).is_dir():
            for found in _files(path, notes):
                if is_archive(found):
                    yield from _members(found, archives, notes, errors)
                else:
                    yield Place(found, asked=False)
        elif path != "-" and is_archive(path):
            yield from _members(path, archives, notes, errors)
        else:
            yield Place(path)


def _members(
    path: str,
    archives: dict[str, Archive],
    notes: list[Gap | Oddity],
    errors: list[CaptureError],
    *,
    asked: str = "",
) -> Iterator[Place]:
    try:
        archive = archives[path] = archives.get(path) or Archive(Path(path))
    except CaptureError as error:
        errors.append(error)
        return
    if asked:
        yield Place(path, asked)
        return
    notes.extend(archive.notes)
    archive.notes.clear()
    for name in archive.names:
        yield Place(path, name, asked=False)


def _files(folder: str, notes: list[Gap | Oddity]) -> Iterator[str]:
    """Yield the plain files of a folder and the folders in it; links are not followed."""
    count = links = 0
    for base, folders, names in os.walk(folder):
        folders.sort()
        for name in sorted(names):
            path = os.path.join(base, name)  # noqa: PTH118  (may be no text; Path would be no different)
            mode = os.lstat(path).st_mode
            if stat.S_ISLNK(mode):
                links += 1
            if not stat.S_ISREG(mode):
                continue
            count += 1
            if count > MOST_FILES:
                why = f"a folder of more than {MOST_FILES} files; the rest was not looked at"
                notes.append(Gap(kind="limit", why=why))
                return
            yield path
    if links:
        notes.append(Oddity(name="link-passed-over", note="a link in a folder was not followed", count=links))


def _open(
    place: Place, archives: dict[str, Archive], notes: list[Gap | Oddity], *, stdin: Any, number: int
) -> Reader:
    """Open one input as what its first bytes say it is; raises CaptureError."""
    if place.path == "-":
        return _open_stream(stdin, number)
    return _reader(_received(place, archives, notes), place.where, number)


def _received(place: Place, archives: dict[str, Archive], notes: list[Gap | Oddity]) -> Buffer:
    if place.member:
        return archives[place.path].read(place.member, notes)
    return receive_file(Path(place.path))


def _open_stream(stdin: Any, number: int) -> Reader:
    stream = stdin if stdin is not None else getattr(sys.stdin, "buffer", None)
    if stream is None:
        raise CaptureError(
            "it is closed", where="standard input", expected=EXPECTED, next_step="redirect a capture to it"
        )
    received, over = receive_stream(stream)
    reader = _reader(received, None, number)
    if over and isinstance(reader, CaptureReader):
        why = f"standard input gives more than {MOST_SPOOLED} bytes; the rest was not taken"
        reader.cut_short(Gap(kind="limit", why=why, capture=number, offset=MOST_SPOOLED))
    return reader


def _reader(received: Buffer, where: Path | None, number: int) -> Reader:
    head = _head(received)
    form = export_format(head) if capture_format(head[:64]) is None else None
    if form is None:
        return CaptureReader(received, where, number, limits=UnpackLimits())
    name = "-" if where is None else written(Path(where.name))
    return ExportReader(Unpacked(received), form, where, name)


def _head(received: Buffer) -> bytes:
    """Give the first bytes without compression."""
    some = received.array[:_SNIFF]
    kind = compression(some[:4].tobytes())
    if not kind:
        return some[:HEAD].tobytes()
    content, _ = unpack(some, kind, 0, limits=UnpackLimits(size=HEAD, free=HEAD))
    return content.array[:HEAD].tobytes()
