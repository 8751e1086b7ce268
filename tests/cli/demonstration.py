"""The demonstration's case, made once for all tests of the verbs about recipients."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from tempfile import mkdtemp

from vitne.cli.main import main


@cache
def demonstration() -> Path:
    """Give the folder with capture, subject file and case."""
    folder = Path(mkdtemp(prefix="vitne-test-"))
    assert main(["demo", str(folder)]) == 0
    return folder
