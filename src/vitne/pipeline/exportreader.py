"""One open export: its bytes, its format, its digest."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from vitne.intake.received import Digest, written
from vitne.intake.unpack import UnpackLimits, compression, unpack
from vitne.model import App, Capture, Gap

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from types import ModuleType

    import numpy as np

    from vitne.intake.received import Buffer
    from vitne.model import Oddity


class Unpacked:
    """An input as received, and its bytes once compression is off."""

    def __init__(self, received: Buffer, limits: UnpackLimits | None = None) -> None:
        self.received = received
        self.compression = compression(received.array[:4].tobytes())
        self.content, self.cut = received, None
        if self.compression:
            self.content, self.cut = unpack(
                received.array, self.compression, 0, limits=limits or UnpackLimits()
            )

    def head(self, length: int) -> bytes:
        """Give the first bytes."""
        return self.content.array[:length].tobytes()


class ExportReader:
    """One export; ``capture`` knows its times and entries once they are told by ``count``."""

    def __init__(self, unpacked: Unpacked, form: ModuleType, where: Path | None, name: str) -> None:
        self._unpacked = unpacked
        self._form = form
        self._where = where
        self._name = name
        self._size = unpacked.received.array.size
        self._view = memoryview(unpacked.content.array.data)
        self._prefix: bytes = form.prefix(self._view) if hasattr(form, "prefix") else b""
        self._digest = Digest(unpacked.received.array, unpacked.received.populate)
        self._app: tuple[App | None, ...] = ()  # what the export says, once it was asked
        self._entries = 0
        self._times: tuple[int | None, int | None] = (None, None)
        self._final: Capture | None = None

    @property
    def buffer(self) -> np.ndarray:
        """The uncompressed bytes; ranges of entries count in it."""
        return self._unpacked.content.array

    @property
    def received(self) -> np.ndarray:
        """The bytes as received; what the digest is of."""
        return self._unpacked.received.array

    def spans(self) -> Iterator[tuple[int, int] | Gap]:
        """Yield the range of each entry and the Gaps between them."""
        yield from self._form.spans(self._view)
        if self._unpacked.cut is not None:
            yield self._unpacked.cut

    def read(self, span: tuple[int, int]) -> Iterator[Any | Gap | Oddity]:
        """Yield the exchanges of one entry, with what is odd in it; may raise Malformed."""
        yield from self._form.read(self._prefix + bytes(self._view[span[0] : span[1]]))

    @property
    def app(self) -> App | None:
        """The one app that the whole export is said to be of."""
        if not self._app and hasattr(self._form, "app"):
            self._app = (self._form.app(self._view),)
        return self._app[0] if self._app else None

    def count(self, entries: int, times: tuple[int | None, int | None]) -> None:
        """Note how many entries there are, and their least and greatest time."""
        self._entries, self._times = entries, times

    @property
    def capture(self) -> Capture:
        """The noun; waits for the digest."""
        if self._final is None or self._final.packets != self._entries:
            self._final = Capture(
                number=0,
                name=self._name,
                path="-" if self._where is None else written(self._where),
                size=self._size,
                sha256=self._digest.result(),
                format=self._form.NAME,
                compression=self._unpacked.compression,
                packets=self._entries,
                first_ns=self._times[0],
                last_ns=self._times[1],
                unit="entry",
            )
        return self._final

    def close(self) -> None:
        """Let go of the file."""
        self._final = self.capture
        self._digest.close()
        self._view.release()
        self._unpacked.content.close()
        self._unpacked.received.close()
