from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from vitne.cli.online import ask_all
from vitne.model import UsageError

if TYPE_CHECKING:
    from pathlib import Path


def _options(**changes: Any) -> Any:
    options = {"yes": True, "certificates": False, "bootstrap": "", "resolver": "127.0.0.1:1"}
    return SimpleNamespace(**{**options, **changes})


@pytest.mark.parametrize("content", [None, "{", "[]"])
def test_a_list_of_servers_that_is_none_stops_before_anything_is_asked(
    tmp_path: Path, content: str | None
) -> None:
    place = tmp_path / "boot.json"
    if content is not None:
        place.write_text(content)
    case: Any = SimpleNamespace(folder=tmp_path / "case", opaque=[])
    with pytest.raises(UsageError):
        ask_all(_options(bootstrap=str(place)), case, [("198.51.100.1", "a.x.example")])
    assert not (tmp_path / "case").exists()


def test_nobody_to_confirm_means_no(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", SimpleNamespace(isatty=lambda: False))
    case: Any = SimpleNamespace(folder=tmp_path, opaque=[])
    with pytest.raises(UsageError, match="nothing was asked"):
        ask_all(_options(yes=False), case, [("", "a.x.example")])
    for said, refused in (("n\n", True), ("\n", True), ("yes\n", False)):
        monkeypatch.setattr(
            "sys.stdin", SimpleNamespace(isatty=lambda: True, readline=lambda said=said: said)
        )
        if refused:
            with pytest.raises(UsageError, match="nothing was asked"):
                ask_all(_options(yes=False), case, [])
        else:
            boot = tmp_path / "boot.json"
            boot.write_text('{"dns": {}}')
            ask_all(_options(yes=False, bootstrap=str(boot)), case, [])
