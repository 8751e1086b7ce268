"""One task of a fleet: a capture fetched where it has to be, named by its digest, scanned once, summed up."""

from __future__ import annotations

import hashlib
import tempfile
import threading
from pathlib import Path
from typing import Any

import msgspec

from vitne.fleet.objects import PATIENCE_S, Store, Stored, is_object
from vitne.fleet.results import CaptureResult, keep, kept, key_of, read_capture
from vitne.model import CaptureError, StoreError, UsageError

_ONE_AT_A_TIME = threading.Lock()
"""A scan keeps what it compiled for its process: an engine that gives tasks to threads has to wait."""


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """How each capture is scanned."""

    options: Any  # of the scan
    rules: str  # digest of all that shapes a result besides the capture; with the capture's own it is the key
    senders: tuple[str, ...] = ()  # data files of known senders that were given
    patience_s: float = PATIENCE_S  # how long an object store may give no answer


class Task(msgspec.Struct, frozen=True, kw_only=True):
    """One capture to be read."""

    capture: str  # path, or s3://bucket/key
    etag: str = ""  # of an object, as it was listed
    size: int = -1  # bytes of an object


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """What a worker tells of one capture."""

    key: str
    made: bool
    error: str = ""  # why its bytes cannot be had at all
    full: str = ""  # why its result cannot be kept
    etag: str = ""  # of the object that was fetched
    result: CaptureResult | None = None  # where the worker could not keep it itself


def rules_of(options: Any, senders: tuple[str, ...]) -> str:
    """Give the digest of all that shapes a result besides the capture; raises UsageError.

    That is the version of vitne and of the libraries, all data files, the subject, the senders and the keys.
    """
    from vitne.pipeline.rules import rules_used, use_senders

    use_senders(senders)
    digest = hashlib.sha256(msgspec.json.encode(rules_used(), order="deterministic"))
    digest.update(msgspec.json.encode(options.subject, order="deterministic"))
    for key in options.keys:
        try:
            digest.update(hashlib.sha256(Path(key).read_bytes()).digest())
        except OSError as error:
            raise UsageError(f"the key log cannot be read: {error.strerror}", where=str(key)) from error
    return digest.hexdigest()


def warm() -> None:
    """Load and compile once what every forked worker then has."""
    import vitne.pipeline.scan  # noqa: F401  (loaded for the workers)
    from vitne import catalog
    from vitne.identify.rulebook import rulebook

    rulebook()
    catalog.senders()


class Work(msgspec.Struct, frozen=True, kw_only=True):
    """What a worker does with a task; it is sent to workers elsewhere as it is."""

    settings: Settings
    folder: Path | None = None  # where results are kept; None: the worker does not see it and hands them over
    known: frozenset[str] = frozenset()  # keys of results that need not be made, where there is no folder

    def __call__(self, task: Task) -> Told:
        """Give the result of one capture, or why there is none."""
        with _ONE_AT_A_TIME:
            return self._told(task)

    def _told(self, task: Task) -> Told:
        try:
            if is_object(task.capture):
                return self._fetched(task)
            if "\0" in task.capture:
                return Told(key="", made=False, error="it cannot be opened: no file has such a name")
            if (
                Path(task.capture).exists() and not Path(task.capture).is_file()
            ):  # a pipe or device has no end
                return Told(key="", made=False, error="it cannot be opened: it is no file")
            return self._read(task.capture)
        except OSError as error:
            why = error.strerror or type(error).__name__
            return Told(key="", made=False, error=f"it cannot be opened: {why}")
        except (CaptureError, UsageError) as error:
            return Told(key="", made=False, error=error.what)
        except StoreError as error:
            return Told(key="", made=False, full=error.what)

    def _fetched(self, task: Task) -> Told:
        store = Store(patience_s=self.settings.patience_s)
        with tempfile.NamedTemporaryFile(prefix="vitne-fetched-") as held:
            one = store.fetch(Stored(url=task.capture, etag=task.etag, size=task.size), held)
            held.flush()
            return msgspec.structs.replace(self._read(held.name), etag=one.etag)

    def _read(self, path: str) -> Told:
        key, digest, size = key_of(path, self.settings.rules)
        if key in self.known or (self.folder is not None and kept(self.folder, key) is not None):
            return Told(key=key, made=False)
        result = read_capture(path, key, digest, size=size, options=self.settings.options)
        if self.folder is None:
            return Told(key=key, made=True, result=result)
        keep(self.folder, result)
        return Told(key=key, made=True)
