"""permessage-deflate: messages of one side share one window.

RFC 7692 section 7.2.2.  Whether the peers agreed to begin each message anew need not be known: such messages
refer to nothing before them, and inflate in a window that goes on just as well.
"""

from __future__ import annotations

import zlib

from vitne.model import Malformed

_TAIL = b"\x00\x00\xff\xff"  # what the sender leaves out (section 7.2.1)


class Inflater:
    """The window of one side."""

    def __init__(self, most: int) -> None:
        self._most = most  # bytes that one message may inflate to
        self._window = zlib.decompressobj(-15)

    def forget(self) -> None:
        """Begin anew: messages were missed."""
        self._window = zlib.decompressobj(-15)

    def message(self, data: bytes, *, whole: bool = True) -> tuple[bytes, bool]:
        """Inflate a message; gives its bytes and whether they are all.

        Raises Malformed where they are no deflate data, or refer to a message that was not seen.
        """
        try:
            plain = self._window.decompress(data + _TAIL if whole else data, self._most)
            complete = whole and not self._window.unconsumed_tail
        except zlib.error as error:
            self.forget()
            raise Malformed("a compressed message cannot be inflated, or refers to one not seen") from error
        if not complete or self._window.eof:
            self.forget()
        return plain, complete
