"""Twin of vitne.report.audiences.transfers: countries as tables name them, by the day of the capture."""

from __future__ import annotations

import copy

import pytest
from tests.report.rich import fact, rich

from vitne.catalog.messages import messages
from vitne.report.audiences.transfers import outside, table
from vitne.report.facts import Facts
from vitne.report.frozen import freeze
from vitne.store import read_case

SAY = messages("en")


@pytest.fixture(scope="module")
def document(demonstration):
    return freeze(read_case(demonstration / "case"))


def sides(document) -> tuple[str, str, str]:
    pro, contra, unknown = outside(Facts(document, SAY))
    return "\n".join(pro), "\n".join(contra), "\n".join(unknown)


def test_a_country_outside_is_a_fact_for_and_a_rented_address_one_against(document) -> None:
    pro, contra, _ = sides(rich(document))
    assert "China (CN)" in pro
    assert "2019-02-03" in pro
    assert "Example Cloud" in contra
    assert SAY("g_place") in contra


def test_a_country_inside_is_a_fact_against(document) -> None:
    pro, contra, _ = sides(rich(document, countries=("NO",)))
    assert "Norway" not in pro
    assert "Norway (NO) for its address, inside the EEA" in contra


def test_tables_that_disagree_are_no_fact_for(document) -> None:
    pro, contra, _ = sides(rich(document, countries=("CN", "NO")))
    assert "China" not in pro
    assert "tables disagree on the country (China (CN) / Norway (NO))" in contra


def test_no_country_is_unknown_and_not_looked_up_is_told(document) -> None:
    assert "no table at hand names a country" in sides(rich(document, countries=()))[2]
    assert SAY("rec_not_looked_up") in sides(document)[2]


def test_light_refutes_a_country(document) -> None:
    made = copy.deepcopy(rich(document))
    row = made["destinations"]["rows"][0]
    row["facts"].append(fact("country-by-physics", "within 300 km of the capture", source="capture"))
    row["disagreements"].append(
        {
            "about": "country",
            "values": [["CN", "geo"], ["within 300 km of the capture", "capture"]],
            "note": "",
        }
    )
    assert "faster than light travels to China (CN)" in sides(made)[1]


def test_the_table_names_the_decision_of_the_day_with_its_scope(document) -> None:
    [grid] = table(Facts(rich(document, countries=("JP",)), SAY))
    assert grid.rows[0][3:] == ("no", "(EU) 2019/419 (?), businesses under the APPI with supplementary rules")
    [grid] = table(Facts(rich(document), SAY))
    assert grid.rows[0][2:] == ("China (CN)", "no", "none")
