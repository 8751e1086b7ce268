from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from bench.candidates.__main__ import FILES, LABELS, Place, found, read_labels, score, table

from vitne.model import IDENTIFIERS

if TYPE_CHECKING:
    from pathlib import Path


def test_labels_are_places_and_hold_no_value():
    places = read_labels()
    assert len(places) > 600
    assert {place.identifier for place in places} <= set(IDENTIFIERS)
    assert all(0 <= place.start < place.end for place in places)
    assert {place.file for place in places} <= set(FILES.read_text(encoding="utf-8").splitlines())
    for line in LABELS.read_text(encoding="utf-8").splitlines()[1:]:
        assert [word.isdigit() for word in line.split("\t")] == [False, True, True, True, False]


def test_what_overlaps_a_label_of_the_same_message_and_identifier_is_right():
    label = Place("a", 4, 10, 20, "imei")
    result = score([label], [Place("a", 4, 12, 18, "imei"), Place("a", 4, 15, 30, "imei")])
    assert (result.right["imei"], result.missed.total(), result.wrong.total()) == (1, 0, 0)


@pytest.mark.parametrize(
    "other",
    [
        Place("b", 4, 10, 20, "imei"),
        Place("a", 5, 10, 20, "imei"),
        Place("a", 4, 20, 30, "imei"),
        Place("a", 4, 10, 20, "imsi"),
    ],
)
def test_another_file_message_range_or_identifier_is_wrong_and_the_label_missed(other: Place):
    result = score([Place("a", 4, 10, 20, "imei")], [other])
    assert (result.right.total(), result.missed.total(), result.wrong.total()) == (0, 1, 1)
    assert result.precision() == result.recall() == 0


def test_the_table_names_each_identifier_and_both_figures():
    text = table(score([Place("a", 4, 10, 20, "imei")], [Place("a", 4, 10, 20, "imei")]))
    assert "| imei | 1 | 0 | 0 |" in text
    assert text.endswith("precision 1.000, recall 1.000")


@pytest.mark.corpus
def test_candidates_on_real_requests_are_as_good_as_promised(corpus: Path):
    files = [corpus / name for name in FILES.read_text(encoding="utf-8").splitlines()]
    result = score(read_labels(), found([file for file in files if file.is_file()], corpus))
    print(table(result))
    assert result.precision() >= 0.95
    assert result.recall() >= 0.85
