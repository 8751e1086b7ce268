"""Reading data files: many errors at once, and digests."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import pytest

from vitne.catalog.reading import data_folder, digest_of, read_file, read_folder, toml_files
from vitne.catalog.rules import FillerFile, IdentifierFile
from vitne.model import CatalogError

if TYPE_CHECKING:
    from pathlib import Path

GOOD = """
id = "imei"
licence = "CC0-1.0"
because = "docs/notes/imei.md"
[[rule]]
keys = ["imei"]
pattern = "[0-9]{15}"
prior = 0.5
reason = "15 digits"
[[example]]
field = "imei"
text = "490154203237518"
value = "490154203237518"
[[counter_example]]
text = "x"
"""


def test_a_good_folder_is_read_in_the_order_of_names(tmp_path: Path) -> None:
    (tmp_path / "imsi.toml").write_text(GOOD.replace('id = "imei"', 'id = "imsi"'))
    (tmp_path / "imei.toml").write_text(GOOD)
    (tmp_path / "README.md").write_text("not data")
    assert [content.id for content in read_folder(tmp_path, IdentifierFile)] == ["imei", "imsi"]


def test_an_absent_folder_holds_nothing(tmp_path: Path) -> None:
    assert toml_files(tmp_path / "nothing") == []


def test_all_errors_of_all_files_come_in_one_error(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_text(GOOD + "\nsurprise = 1\n[more]\n")
    (tmp_path / "b.toml").write_text("id = ")
    (tmp_path / "c.toml").write_text(GOOD.replace("0.5", "5").replace("CC0-1.0", "none").replace("{15}", "+"))
    with pytest.raises(CatalogError) as caught:
        read_folder(tmp_path, IdentifierFile)
    said = str(caught.value)
    for word in ["a.toml", "b.toml", "c.toml", "prior", "licence", "upper bound", "not the name of the file"]:
        assert word in said


@pytest.mark.parametrize(
    ("old", "new", "word"),
    [
        ('keys = ["imei"]', 'keys = ["Device-ID"]', "lower case"),
        ('keys = ["imei"]', 'keys = ["*"]', "lower case"),
        ('keys = ["imei"]', "", "cheap"),
        ('because = "docs/notes/imei.md"', "", "because"),
        ('because = "docs/notes/imei.md"', 'because = " "', "because is empty"),
        ('reason = "15 digits"', 'reason = ""', "reason is empty"),
        ('reason = "15 digits"', 'reason = "x"\ncheck = "a/b"', "name of a module"),
        ('reason = "15 digits"', 'reason = "x"\nparts = ["Header:X"]', "lower case"),
        ('reason = "15 digits"', 'reason = "x"\ncolour = 1', "colour"),
        ('[[counter_example]]\ntext = "x"', "counter_example = []", "counter-example"),
        ('id = "imei"', 'id = "shoe-size"', "closed list"),
    ],
)
def test_each_fault_is_named(tmp_path: Path, old: str, new: str, word: str) -> None:
    assert old in GOOD
    source = tmp_path / "imei.toml"
    text = GOOD.replace(old, new)
    if "counter_example = []" in new:
        text = new + "\n" + text.replace(new, "")
    source.write_text(text)
    errors: list[str] = []
    assert read_file(source, IdentifierFile, errors) is None
    assert any(word in error for error in errors), errors


def test_a_filler_needs_a_meaning_a_source_and_something_to_compare(tmp_path: Path) -> None:
    source = tmp_path / "fillers.toml"
    source.write_text(
        'id = "fillers"\nlicence = "CC0-1.0"\n[[filler]]\nidentifiers = ["shoe"]\nmeaning = ""\nbecause = ""\n'
    )
    errors: list[str] = []
    assert read_file(source, FillerFile, errors) is None
    assert len(errors) == 3


def test_the_digest_covers_names_and_contents_of_all_data_files(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "b.toml").write_bytes(b"bb")
    (tmp_path / "sub" / "a.toml").write_bytes(b"a")
    (tmp_path / "ignored.txt").write_bytes(b"x")
    assert digest_of(tmp_path) == hashlib.sha256(b"b.toml\x002\x00bbsub/a.toml\x001\x00a").hexdigest()


def test_the_packages_own_data_files_are_there() -> None:
    assert (data_folder() / "fillers.toml").is_file()
