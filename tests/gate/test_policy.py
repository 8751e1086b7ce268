"""Policy files: read, checked, all faults told at once with the nearest word."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from vitne.gate import read_policy
from vitne.model import UsageError

if TYPE_CHECKING:
    from pathlib import Path

GOOD = """
version = 1
title = "Release"

[[allow]]
identifiers = ["imei", "kind:location"]
recipients = ["*.carrier.example"]
protection = ["decrypted"]
triggers = ["boot"]
because = "contract"

[[waiver]]
fingerprint = "v1-0123456789abcdef0123456789abcdef"
reason = "until the next build"
expires = 2026-12-31
"""


def _read(tmp_path: Path, text: str) -> object:
    file = tmp_path / "policy.toml"
    file.write_text(text, encoding="utf-8")
    return read_policy(file)


def test_a_policy_is_read_with_its_defaults(tmp_path: Path) -> None:
    policy = read_policy(_file(tmp_path, GOOD))
    assert policy.allow[0].within_s == 60
    assert policy.unreadable == "note"
    assert "attribute" not in policy.kinds
    assert policy.waiver[0].expires.isoformat() == "2026-12-31"


def _file(tmp_path: Path, text: str) -> Path:
    _read(tmp_path, text)
    return tmp_path / "policy.toml"


def test_all_faults_are_told_at_once_with_the_nearest_word(tmp_path: Path) -> None:
    bad = GOOD.replace('"imei"', '"imie"').replace('"boot"', '"bott"').replace('"contract"', '" "')
    with pytest.raises(UsageError) as error:
        _read(tmp_path, bad.replace("v1-0123", "F-0123").replace("until the next build", ""))
    said = str(error.value)
    assert "'imie' is unknown; did you mean 'imei'?" in said
    assert "'bott' is unknown; did you mean 'boot'?" in said
    assert "because is empty" in said
    assert "reason is empty" in said
    assert "no fingerprint" in said
    assert "(5 faults)" in said


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (("version = 1", "version = 2"), "version"),
        (("title", "titel"), "titel"),
        (('["*.carrier.example"]', "[]"), "names no recipient"),
        (('["decrypted"]', '["encrypted"]'), "did you mean 'decrypted'?"),
        (("2026-12-31", '"soon"'), "expires"),
        (("[[allow]]", "[[allow"), "no TOML"),
        (('because = "contract"', 'because = "contract"\nwithin_s = 0'), "within_s"),
    ],
)
def test_a_fault_is_a_usage_error_that_names_it(tmp_path: Path, change: tuple[str, str], words: str) -> None:
    with pytest.raises(UsageError, match="policy is wrong") as error:
        _read(tmp_path, GOOD.replace(*change))
    assert words in str(error.value)


def test_what_is_no_text_and_what_is_too_long_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "policy.toml"
    file.write_bytes(b"\xff\xfe")
    with pytest.raises(UsageError, match="no TOML"):
        read_policy(file)
    file.write_bytes(b"#" * ((4 << 20) + 1))
    with pytest.raises(UsageError, match="longer than"):
        read_policy(file)
    with pytest.raises(UsageError, match="cannot be read"):
        read_policy(tmp_path / "none.toml")
