"""Errors that a user can do something about, and the one error that bad bytes may raise."""

from __future__ import annotations


class VitneError(Exception):
    """Something the user can act on: what happened, where, what was expected, what to do next."""

    def __init__(self, what: str, *, where: str = "", expected: str = "", next_step: str = "") -> None:
        self.what = what
        self.where = where
        self.expected = expected
        self.next_step = next_step
        super().__init__(str(self))

    def __str__(self) -> str:
        where = "\\n".join(self.where.splitlines())  # the name of a file may hold the end of a line
        lines = [f"{where}: {self.what}" if where else self.what]
        if self.expected:
            lines.append(f"  expected: {self.expected}")
        if self.next_step:
            lines.append(f"  next: {self.next_step}")
        return "\n".join(lines)


class UsageError(VitneError):
    """The command, an option or the subject file is wrong."""


class CatalogError(VitneError):
    """A data file of the project is wrong."""


class CaptureError(VitneError):
    """A capture cannot be read at all."""


class StoreError(VitneError):
    """A case folder cannot be written or read."""


class Malformed(Exception):  # noqa: N818  (the house's word for bad bytes)
    """Foreign bytes break their format.  The only error a reader, decoder or encoding may raise.

    ``at`` is the byte position in the data that was handed over, where it is known.
    """

    def __init__(self, why: str, *, at: int | None = None) -> None:
        self.why = why
        self.at = at
        super().__init__(why if at is None else f"{why} (at byte {at})")
