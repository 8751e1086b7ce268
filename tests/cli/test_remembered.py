"""Patterns that were kept match as those that are compiled do; what is not for this Python is not taken."""

from __future__ import annotations

import importlib
import marshal
import re

import pytest

from vitne.cli import remembered
from vitne.cli.remembered import engine_mark, table, use
from vitne.cli.remembering import Recorder

PATTERNS = [
    (r"(?P<year>\d{4})-(?P<month>\d\d)", 0),
    (rb"[\x00-\x08\xff]+|ab*?c", re.DOTALL),
    ("(?i)grüße|[à-ÿ]{2}", 0),
    (rb"(a)(b)?(?:c|(d))", re.IGNORECASE),
    ("^ x # a remark\n", re.VERBOSE | re.MULTILINE),
]
TEXT = "2026-11 grüße GRÜSSE àé x abcad\n x"


@pytest.fixture
def compiler(monkeypatch):
    """Give Python's compiler of patterns, which is as it was behind the test."""
    module = importlib.import_module("re._compiler")
    monkeypatch.setattr(module, "compile", module.compile)
    re.purge()
    yield module
    re.purge()


def kept(tmp_path, patterns=PATTERNS, mark=None):
    with Recorder() as recorder:
        fresh = [re.compile(*each) for each in patterns]
    file = tmp_path / "kept"
    file.write_bytes(marshal.dumps([mark or engine_mark(), recorder.texts, recorder.bytes]))
    re.purge()
    return file, fresh


def test_what_was_kept_matches_as_what_is_compiled_and_is_not_compiled_again(tmp_path, compiler, monkeypatch):
    file, fresh = kept(tmp_path)
    monkeypatch.setattr(compiler, "_code", None)  # whoever compiles fails
    assert use(file)
    for (pattern, flags), one in zip(PATTERNS, fresh, strict=True):
        again = re.compile(pattern, flags)
        text = TEXT.encode() if isinstance(pattern, bytes) else TEXT
        assert (again.flags, again.groups, again.groupindex) == (one.flags, one.groups, one.groupindex)
        assert [each.groups() for each in again.finditer(text)] == [
            each.groups() for each in one.finditer(text)
        ]
        assert again == one


def test_texts_and_bytes_of_the_same_letters_are_told_apart_and_so_are_flags(tmp_path, compiler):
    file, _ = kept(tmp_path, [("a.c", 0), (b"a.c", re.DOTALL)])
    assert use(file)
    assert re.compile("a.c").flags == re.UNICODE
    assert re.compile(b"a.c", re.DOTALL).flags == re.DOTALL
    assert re.compile(b"a.c").flags == 0
    assert re.compile("a.c", re.DOTALL).search("a\nc")


def test_what_was_not_kept_is_compiled_as_ever(tmp_path, compiler):
    file, _ = kept(tmp_path)
    assert use(file)
    assert re.fullmatch("a{2,3}unheard", "aaunheard")
    with pytest.raises(re.error):
        re.compile("(")


@pytest.mark.parametrize("data", [b"", b"\0", b"nonsense", marshal.dumps(3), marshal.dumps([])])
def test_a_file_that_cannot_be_read_is_not_used(tmp_path, compiler, data):
    file = tmp_path / "kept"
    file.write_bytes(data)
    before = compiler.compile
    assert not use(file)
    assert not use(tmp_path / "absent")
    assert compiler.compile is before


def test_patterns_of_another_python_are_not_used(tmp_path, compiler):
    file, _ = kept(tmp_path, mark="3.9 of another day")
    assert table(file.read_bytes()) is None
    assert not use(file)


def test_the_place_names_the_kind_of_python():
    import sys

    assert sys.implementation.cache_tag in remembered.PLACE.name
