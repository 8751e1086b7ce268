"""What a known sender's data file may say."""

from __future__ import annotations

import msgspec
import pytest

from vitne import catalog
from vitne.catalog.senders import Field, Match, SenderExample
from vitne.model import IDENTIFIERS

FIELD = {"name": "IMEI1", "identifier": "imei", "meaning": "m", "because": "b"}
TABLE = (
    "REGVER MEID MODEL SWVER SIM1CDMAIMSI SIM2CDMAIMSI SIM1LTEIMSI SIM2LTEIMSI SIM2IMSI SIM1ICCID SIM2ICCID "
    "SIM1TYPE SIM2TYPE UETYPE IMEI1 IMEI2 MACID OSVER ROM RAM SIM1CELLID SIM2CELLID SID NID BASEID DATASIM "
    "SIM1VoLTESW SIM2VoLTESW ACCESSTYPE REGDATE MLPLVER MSPLVER MMEID NETWORKTYPE MODELSMS"
)


@pytest.mark.parametrize(
    ("wrong", "kind"),
    [
        ({**FIELD, "extra": 1}, Field),
        ({k: v for k, v in FIELD.items() if k != "because"}, Field),
        ({"hosts": ["a.example"]}, Match),
        ({"protocols": ["http"], "least": "2"}, Match),
        ({"fields": {}}, SenderExample),
        ({"fields": {"a": 1}, "expect": {}}, SenderExample),
    ],
)
def test_unknown_keys_and_wrong_kinds_are_refused(wrong: dict[str, object], kind: type) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(wrong, kind)


def test_self_registration_describes_every_field_of_the_record() -> None:
    sender = next(one for one in catalog.senders() if one.id == "self-registration")
    assert {field.name for field in sender.field} == set(TABLE.split())
    assert {field.identifier for field in sender.field} <= set(IDENTIFIERS)
    assert sender.match.hosts == ()
    assert sender.answer is not None
    assert sender.answer.accepted == ("0",)


def test_every_sender_has_its_own_note() -> None:
    for sender in catalog.senders():
        assert sender.because == f"docs/notes/{sender.id}.md"
