"""Keeping patterns: what is compiled meanwhile, as it is asked for, and nothing that is decided anew."""

from __future__ import annotations

import importlib
import marshal
import re
import subprocess
import sys
from typing import TYPE_CHECKING

from vitne.cli.remembered import engine_mark
from vitne.cli.remembering import Recorder

if TYPE_CHECKING:
    from pathlib import Path

PATTERN = r"(?P<word>[a-f]+)|\d{2,7}"


def test_a_recorder_writes_down_what_is_compiled_and_leaves_everything_as_it_was():
    compiler = importlib.import_module("re._compiler")
    before = compiler.compile, compiler._sre
    with Recorder() as recorder:
        re.compile(PATTERN, re.ASCII)
        re.compile(PATTERN.encode())
    assert (compiler.compile, compiler._sre) == before
    flags, numbers, groups, names, rows = recorder.texts[PATTERN, int(re.ASCII)]
    assert (flags, groups, names, rows) == (re.ASCII, 1, {"word": 1}, (None, "word"))
    assert len(numbers) % 4 == 0
    assert list(recorder.bytes) == [(PATTERN.encode(), 0)]


def test_what_depends_on_the_day_is_not_kept():
    with Recorder() as recorder:
        re.compile(b"[a-z]{3,5}", re.LOCALE)
    assert not recorder.bytes


def test_all_modules_and_a_scan_are_kept_in_one_file(tmp_path: Path):
    place = tmp_path / "kept"
    code = f"from pathlib import Path; from vitne.cli.remembering import write; write(Path({str(place)!r}))"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    mark, texts, bytes_ = marshal.loads(place.read_bytes())
    assert mark == engine_mark()
    assert len(texts) > 200
    assert len(bytes_) > 300
    assert [each.name for each in tmp_path.iterdir()] == ["kept"]
