"""Twin of vitne.report.audiences.owner: one page, in the order a person asks."""

from __future__ import annotations

import copy
import io

import pytest
from tests.report.audiences.test_every_reader import texts
from tests.report.rich import rich

from vitne.catalog.messages import languages, messages
from vitne.report.audiences import Setting, page
from vitne.report.facts import Facts
from vitne.report.frozen import freeze
from vitne.store import read_case

SAY = messages("en")


@pytest.fixture(scope="module")
def document(demonstration):
    return freeze(read_case(demonstration / "case"))


def test_it_answers_in_the_order_a_person_asks(document) -> None:
    told = texts(page("owner", Facts(document, SAY), Setting()))
    keys = ["o_left", "o_whom", "o_when", "o_readable", "o_meaning", "o_unknown", "o_do"]
    assert [text for text in told if text in {SAY(key) for key in keys}] == [SAY(key) for key in keys]


def test_it_names_what_left_and_where_to(document) -> None:
    [line] = [text for text in texts(page("owner", Facts(document, SAY), Setting())) if "IMEI" in text]
    assert "registration.carrier.example: 8 messages" in line
    assert "not encrypted" in line


def test_at_least_two_things_are_not_known(document) -> None:
    told = texts(page("owner", Facts(document, SAY), Setting()))
    assert SAY("u_reader") in told
    assert SAY("u_elsewhere") in told


def test_nothing_seen_is_not_nothing_sent(document) -> None:
    quiet = copy.deepcopy(document)
    quiet["targets"] = []
    told = texts(page("owner", Facts(quiet, SAY), Setting()))
    assert SAY("o_left_none", span=document["span"]) in told


def test_what_went_encrypted_is_not_called_readable(document) -> None:
    closed = copy.deepcopy(document)
    for target in closed["targets"]:
        target["protections"] = ["decrypted"]
    assert SAY("o_readable_no") in texts(page("owner", Facts(closed, SAY), Setting()))


def test_many_destinations_are_counted(document) -> None:
    many = copy.deepcopy(document)
    target = next(t for t in many["targets"] if t["outside"] and t["direction"] == "sent")
    many["targets"] = [target] * 9
    told = texts(page("owner", Facts(many, SAY), Setting()))
    named = [text for text in told if text.startswith("registration.carrier.example, network address")]
    assert 1 <= len(named) <= 5
    assert SAY("more", n=9 - len(named)) in told


@pytest.mark.parametrize("language", languages())
def test_it_stays_one_page_with_many_destinations_of_many_words(document, language) -> None:
    typst = pytest.importorskip("vitne.report.formats.typst")
    pytest.importorskip("typst")
    pikepdf = pytest.importorskip("pikepdf")
    many = rich(document)
    target = next(t for t in many["targets"] if t["outside"] and t["direction"] == "sent")
    [row] = many["destinations"]["rows"]
    hosts = [f"{n}.registration-of-new-devices.carrier-with-a-long-name.example" for n in range(40)]
    many["targets"] = [target | {"host": host, "name": host} for host in hosts]
    many["destinations"]["rows"] = [row | {"host": host} for host in hosts]
    made = page("owner", Facts(many, messages(language)), Setting())
    with pikepdf.open(io.BytesIO(typst.render(made, b"{}"))) as pdf:
        assert len(pdf.pages) == 1
