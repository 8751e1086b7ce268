"""What is known of firmware is whole, and a file that is wrong is named."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from vitne import catalog
from vitne.catalog import firmware as known
from vitne.model import CatalogError

if TYPE_CHECKING:
    from pathlib import Path


def test_every_table_is_read() -> None:
    assert known.permissions()["android.permission.READ_PRIVILEGED_PHONE_STATE"].startswith("imei")
    assert known.broadcasts()["android.intent.action.BOOT_COMPLETED"] == "boot"
    assert known.calls()["android.telephony.TelephonyManager.getImei"] == "imei"
    assert known.name_only("schemas.android.com")
    assert not known.name_only("a.example")
    assert "so" in known.words("files")
    assert {mark.market for mark in known.marks()} == {"CN"}


def test_clients_name_known_senders() -> None:
    senders = {each.id for each in catalog.senders()}
    assert {row.sender for row in known.clients()} <= senders


@pytest.mark.parametrize(
    ("content", "what"),
    [
        ('id = "x"\nlicence = "a"\nbecause = "b"\n[[call]]\ngives = "imei"\n', "missing"),
        ('id = "x"\nmore = 1\ncall = []\n', "unknown keys"),
        ('id = "y"\ncall = []\n', "another id"),
        ("id = ", "x.toml"),
    ],
)
def test_a_wrong_file_is_an_error_of_the_catalog(
    content: str, what: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "firmware").mkdir()
    (tmp_path / "firmware" / "x.toml").write_text(content)
    monkeypatch.setattr(known, "data_folder", lambda: tmp_path)
    with pytest.raises(CatalogError, match=what):
        known._rows("x", "call", known.CallRow)
