"""Compile the regular expressions that vitne and its libraries use, and keep them for every start.

The build of vitne does this where its libraries are installed; ``python -m vitne.cli.remembering`` does it
again.  See ``remembered``.
"""

from __future__ import annotations

import importlib
import marshal
import os
import re
import sys
from array import array
from contextlib import redirect_stdout, suppress
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from vitne.cli.remembered import PLACE, Known, engine_mark

if TYPE_CHECKING:
    from collections.abc import Iterator

LIBRARIES = (
    "cryptography.x509",
    "phonenumbers",
    "pyarrow.parquet",
    "rich.console",
    "rich.progress",
    "rich.table",
    "platform",
    "tokenize",
    "tomllib",
)
"""Modules of others that a scan may load, each with patterns of its own."""
_OF_THE_DAY = re.DEBUG | re.LOCALE  # what these mean is decided anew each time


class Recorder:
    """Stands between Python's compiler of patterns and its engine, and writes down what passes."""

    def __init__(self) -> None:
        self.texts: Known = {}
        self.bytes: Known = {}
        self._compiler: Any = importlib.import_module("re._compiler")

    def __enter__(self) -> Self:
        self._engine, self._fresh = self._compiler._sre, self._compiler.compile  # noqa: SLF001
        self._compiler.compile, self._compiler._sre = self._compile, self  # noqa: SLF001
        re.purge()
        return self

    def __exit__(self, *_: object) -> None:
        self._compiler.compile, self._compiler._sre = self._fresh, self._engine  # noqa: SLF001

    def __getattr__(self, name: str) -> Any:
        """Give what else the engine has."""
        return getattr(self._engine, name)

    def _compile(self, pattern: Any, flags: int = 0) -> Any:
        self._asked = int(flags)
        return self._fresh(pattern, flags)

    def compile(self, pattern: Any, flags: int, code: list[int], *rest: Any) -> Any:
        """Write one pattern down, and compile it."""
        if not flags & _OF_THE_DAY and isinstance(pattern, str | bytes):
            own = self.texts if isinstance(pattern, str) else self.bytes
            groups, names, rows = rest
            own[pattern, self._asked] = (int(flags), array("I", code).tobytes(), groups, dict(names), rows)
        return self._engine.compile(pattern, flags, code, *rest)


def recorded() -> bytes:
    """Load all modules, run the demonstration, and give the patterns that were compiled meanwhile."""
    with Recorder() as recorder:
        for name in (*_modules(), *LIBRARIES):
            with suppress(ImportError):  # an optional library is not there
                importlib.import_module(name)
        _demonstrate()
    return marshal.dumps([engine_mark(), recorder.texts, recorder.bytes])


def _modules() -> Iterator[str]:
    import pkgutil

    import vitne

    for found in pkgutil.walk_packages(vitne.__path__, "vitne."):
        if not found.name.endswith("__main__"):
            yield found.name


def _demonstrate() -> None:
    import tempfile

    from vitne.cli.main import main

    with tempfile.TemporaryDirectory() as folder, redirect_stdout(StringIO()):
        main(["demo", str(Path(folder) / "demo")])


def write(place: Path = PLACE) -> None:
    """Write all patterns in one step."""
    partial = place.with_suffix(f".{os.getpid()}.part")
    partial.write_bytes(recorded())
    partial.replace(place)


if __name__ == "__main__":
    re.purge()
    write()
    sys.exit(0)
