"""The worked examples of the how-to pages are data files without a fault."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import msgspec
import pytest

from vitne.catalog.complaints import complaints
from vitne.catalog.rules import IdentifierFile
from vitne.catalog.senders import SenderFile

PAGES = Path(__file__).resolve().parent.parent.parent / "docs" / "how-to"


@pytest.mark.parametrize(
    ("page", "kind"), [("add-an-identifier", IdentifierFile), ("add-a-known-sender", SenderFile)]
)
def test_the_example_of_the_page_is_a_data_file_without_a_fault(page: str, kind: Any) -> None:
    found = re.search(r"```toml\n(.*?)```", (PAGES / f"{page}.md").read_text(encoding="utf-8"), re.DOTALL)
    assert found is not None
    content = msgspec.convert(tomllib.loads(found[1]), kind)
    said = [what for what in complaints(content, content.id) if "which is not described" not in what]
    assert said == []
