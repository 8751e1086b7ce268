from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING

import pytest

from vitne.identify.subject import read_subject, write_subject
from vitne.model import Seed, Subject, UsageError

if TYPE_CHECKING:
    from pathlib import Path

GOOD = """
[[known]]
identifier = "imei"
value = "490154203237518"

[[known]]
identifier = "imei"
name = "second place"
value = "00-440299-000001-4"

[[known]]
identifier = "location"
latitude = 60.39299
longitude = 5.32415
radius_m = 150

[[known]]
identifier = "cell-id"
mcc = "001"
mnc = "01"
tac = 30001
ci = 26713345
"""


def _file(folder: Path, text: str | bytes, mode: int = 0o600) -> Path:
    path = folder / "subject.toml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    path.chmod(mode)
    return path


def _wrong(folder: Path, text: str | bytes) -> str:
    with pytest.raises(UsageError) as caught:
        read_subject(_file(folder, text))
    return str(caught.value)


def test_a_good_file_gives_seeds_with_canonical_values_and_names(tmp_path: Path):
    subject, warnings = read_subject(_file(tmp_path, GOOD))
    assert warnings == []
    assert [(seed.name, seed.value) for seed in subject.seeds] == [
        ("imei#1", "490154203237518"),
        ("second place", "004402990000014"),
        ("location#1", "60.392990,5.324150"),
        ("cell-id#1", "001-01-30001-26713345"),
    ]
    assert (subject.seeds[2].latitude, subject.seeds[2].radius_m) == (60.39299, 150.0)
    assert (subject.seeds[3].area, subject.seeds[3].cell) == (30001, 26713345)


def test_a_wrong_check_digit_is_named_with_the_digit_expected_and_never_the_number(tmp_path: Path):
    told = _wrong(tmp_path, '[[known]]\nidentifier = "imei"\nvalue = "490154203237519"\n')
    assert "entry 1 (imei)" in told
    assert "8 was expected" in told
    assert "490154203237519" not in told
    assert "3237" not in told


def test_a_bare_number_is_an_error_that_says_so(tmp_path: Path):
    told = _wrong(tmp_path, '[[known]]\nidentifier = "imei"\nvalue = 490154203237518\n')
    assert "quotes" in told
    assert "490154203237518" not in told


def test_a_bare_number_that_begins_with_zero_breaks_toml_and_is_explained(tmp_path: Path):
    told = _wrong(tmp_path, '[[known]]\nidentifier = "imei"\nvalue = 004402990000014\n')
    assert "may not begin with 0" in told
    assert "line 3" in told
    assert "0044" not in told


@pytest.mark.parametrize(
    "text",
    [
        '[[known]]\nidentifier = "VALUE"\n',
        '[[known]]\nidentifier = "cell-VALUE"\nname = "mine"\n',
        '[[known]]\nidentifier = "imei"\nvalue = "004402990000014"\nVALUE = "imei"\n',
        '"VALUE" = "imei"\n',
    ],
)
@pytest.mark.parametrize("value", ["490154203237518", "kari@nordmann.example", "kari " * 6, "k" * 25])
def test_a_value_typed_where_a_word_belongs_is_not_repeated(tmp_path: Path, text: str, value: str):
    if not value.isalnum():
        text = text.replace("\nVALUE =", '\n"VALUE" =')
    told = _wrong(tmp_path, text.replace("VALUE", value))
    assert value not in told
    assert value[:8] not in told
    assert "(not shown)" in told
    assert "entry 1" in told or "only [[known]] tables" in told


def test_a_mistyped_word_is_repeated_and_one_with_a_digit_has_its_neighbour_named(tmp_path: Path):
    assert "unknown identifier 'mac-adress'; did you mean 'mac-address'?" in _wrong(
        tmp_path, '[[known]]\nidentifier = "mac-adress"\n'
    )
    assert "unknown identifier (not shown); did you mean 'imei'?" in _wrong(
        tmp_path, '[[known]]\nidentifier = "imei2"\n'
    )


def test_all_errors_are_told_at_once(tmp_path: Path):
    told = _wrong(
        tmp_path,
        'colour = 1\n[[known]]\nidentifier = "imie"\nvalue = "1"\n[[known]]\nvalue = "1"\n'
        '[[known]]\nidentifier = "mac-address"\nvalue = "xx"\nkolor = 2\n'
        '[[known]]\nidentifier = "location"\nlatitude = 91\nlongitude = true\nradius_m = nan\n'
        '[[known]]\nidentifier = "cell-id"\nmcc = 1\nmnc = "1"\nlac = 70000\ntac = 1\nci = -1\n',
    )
    for part in (
        "'colour'",
        "did you mean 'imei'",
        "entry 2: it has no identifier",
        "entry 3 (mac-address)",
        "'kolor'",
        "latitude",
        "longitude",
        "radius_m",
        "mcc is not",
        "mnc is not",
        "one of lac and tac",
        "ci is not",
    ):
        assert part in told, part


@pytest.mark.parametrize(
    "text",
    [b"\xff\xfe", "known = 3", "known = [1]", "[[known]", "x" * (1 << 20) + "y" * 9, "a = " + "[" * 5000],
)
def test_what_is_no_subject_file_is_a_usage_error(tmp_path: Path, text: str | bytes):
    assert "subject.toml" in _wrong(tmp_path, text)


def test_a_missing_file_names_the_next_step(tmp_path: Path):
    with pytest.raises(UsageError, match="vitne subject new"):
        read_subject(tmp_path / "none.toml")


def test_a_file_that_others_can_read_gives_a_warning(tmp_path: Path):
    assert "chmod 600" in read_subject(_file(tmp_path, GOOD, 0o640))[1][0]
    assert "chmod 600" in read_subject(_file(tmp_path, GOOD, 0o604))[1][0]


def test_an_icc_number_with_a_wrong_digit_is_kept_with_a_warning(tmp_path: Path):
    subject, warnings = read_subject(
        _file(tmp_path, '[[known]]\nidentifier = "iccid"\nvalue = "8999900000000000007"\n')
    )
    assert len(subject.seeds) == len(warnings) == 1


def test_entries_that_say_the_same_count_once_and_names_are_not_shared(tmp_path: Path):
    entry = '[[known]]\nidentifier = "imei"\nvalue = "490154203237518"\n'
    subject, warnings = read_subject(_file(tmp_path, entry * 2))
    assert len(subject.seeds) == 1
    assert "entry 2 (imei)" in warnings[0]
    named = entry + 'name = "mine"\n'
    assert "name of its own" in _wrong(tmp_path, named + named.replace("imei", "imeisv"))


def test_an_empty_file_is_read_with_a_warning(tmp_path: Path):
    assert read_subject(_file(tmp_path, ""))[1] == ["the file names no known value"]


def test_a_place_without_radius_is_told_the_radius_taken(tmp_path: Path):
    text = '[[known]]\nidentifier = "location"\nlatitude = 60\nlongitude = 5\n'
    subject, warnings = read_subject(_file(tmp_path, text))
    assert subject.seeds[0].radius_m == 100.0
    assert "100 metres" in warnings[0]


SUBJECT = Subject(
    seeds=(
        Seed(identifier="imei", name="imei#1", value="490154203237518"),
        Seed(identifier="ssid", name='odd "name"', value='back\\slash "quoted" ø'),
        Seed(identifier="msisdn", name="msisdn#1", value="4721000001"),
        Seed(
            identifier="location",
            name="location#1",
            value="60.392990,5.324150",
            latitude=60.39299,
            longitude=5.32415,
            radius_m=150.0,
        ),
        Seed(
            identifier="cell-id",
            name="cell-id#1",
            value="001-01-30001-26713345",
            mcc="001",
            mnc="01",
            area=30001,
            cell=26713345,
        ),
    )
)


def test_what_is_written_is_read_back_and_its_owner_alone_may_read_it(tmp_path: Path):
    path = tmp_path / "subject.toml"
    before = os.umask(0)
    try:
        write_subject(path, SUBJECT)
    finally:
        os.umask(before)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert read_subject(path) == (SUBJECT, [])
    assert list(tmp_path.iterdir()) == [path]


def test_a_file_that_is_there_is_left_alone_unless_told(tmp_path: Path):
    path = _file(tmp_path, "")
    with pytest.raises(UsageError, match="there already"):
        write_subject(path, SUBJECT)
    assert path.read_bytes() == b""
    write_subject(path, SUBJECT, overwrite=True)
    assert read_subject(path)[0] == SUBJECT


def test_a_folder_that_is_not_there_is_a_usage_error(tmp_path: Path):
    with pytest.raises(UsageError, match="cannot be written"):
        write_subject(tmp_path / "none" / "subject.toml", SUBJECT)


def test_a_name_that_holds_a_known_value_is_refused_for_names_are_shown(tmp_path: Path) -> None:
    path = tmp_path / "subject.toml"
    path.touch(mode=0o600)
    entry = '[[known]]\nidentifier = "imei"\nvalue = "490154203237518"\nname = "mine: 49-015420-323751-8"\n'
    path.write_text(entry, encoding="utf-8")
    with pytest.raises(UsageError, match="its name holds a known value") as told:
        read_subject(path)
    assert "490154" not in str(told.value)
