from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest

from vitne.catalog.recipients import (
    Claim,
    Document,
    Recipient,
    lint,
    overlaps,
    read_recipients,
    recipients,
    recipients_near,
)
from vitne.model import CatalogError

if TYPE_CHECKING:
    from pathlib import Path

DOCUMENT = Document(key="a", title="t", where="w", licence="MIT", read_on="2026-11-22")
GOOD = Recipient(
    id="x",
    name="X",
    licence="CC0-1.0",
    because="docs/notes/recipients.md",
    document=(DOCUMENT,),
    claim=(Claim(kind="domain", value="x.example", document="a", place="line 1"),),
)

OF_THE_NOTES = {
    # hosts that published cases name, and the file each is found in
    "zzhc.vnet.cn": "china-telecom",
    "dm.wo.com.cn": "china-unicom",
    "m.fxltsbl.com": "china-mobile",
    "caivssp-no-ww.c2dms.com": "c2dms",
    "tpe-ota.fihtdc.com": "fih",
    "bigdata.adups.com": "adups",
    "rebootv5.adsunflower.com": "adsunflower",
    "x.adfuture.cn": "adfuture",
    "x.advmob.cn": "advmob",
    "open.oneplus.net": "oneplus",
    "api.account.xiaomi.com": "xiaomi",
    "sa.api.intl.miui.com": "xiaomi",
    "data.mistat.xiaomi.com": "xiaomi",
    "a.xiaomi.net": "xiaomi",
    "b.svcmot.com": "motorola",
    "x.coolyun.com": "coolpad",
    "x.51coolpad.com": "51coolpad",
    "pinyin.voicecloud.cn": "iflytek",
    "x.beijing2022.cn": "beijing2022",
    "health.customsapp.com": "customsapp",
    "log.snssdk.com": "bytedance",
    "x.tiktokv.com": "tiktok",
    "log.byteoversea.com": "bytedance",
    "alog.umeng.com": "umeng",
    "startup.mobile.yandex.net": "yandex",
    "report.appmetrica.yandex.net": "yandex",
    "configure.rayjump.com": "mintegral",
    "app-measurement.com": "google",
    "firebaselogging-pa.googleapis.com": "google",
    "de.ioam.de": "infonline",
    "live.chartboost.com": "chartboost",
    "logs.ironsrc.mobi": "ironsource",
    "graph.facebook.com": "meta",
    "statmando.qualcomm.com": "qualcomm-location",
    "sdk.igexin.com": "getui",
    "x.jpush.cn": "jiguang",
    "x.heytap.com": "oppo",
    "x.hicloud.com": "huawei",
    "registration.carrier.example": "demonstration",
}


def test_the_table_is_in_order_and_large() -> None:
    table = recipients()
    assert len(table) >= 150
    assert len({each.id for each in table}) == len(table)
    assert overlaps(table) == []


def test_every_claim_names_a_document_a_place_and_a_day() -> None:
    for each in recipients():
        assert not list(lint(each, each.id))
        for claim in each.claim:
            document = each.told_in(claim)
            assert document.read_on >= "2026-01-01"
            assert claim.place


@pytest.mark.parametrize("host", sorted(OF_THE_NOTES))
def test_every_destination_of_the_published_cases_is_in_the_table(host: str) -> None:
    from vitne.attribute.table import shipped_table

    found = shipped_table().listed(host)
    assert found is not None
    assert found[0].id == OF_THE_NOTES[host]


def test_every_known_sender_with_a_holder_points_at_one() -> None:
    from vitne.catalog import senders

    known = {sender.id for sender in senders()}
    named = {value for each in recipients() for value in each.values("sender")}
    assert {"self-registration", "fih-caivs", "pushwoosh"} <= named
    assert named <= known


def test_what_no_document_says_is_unknown() -> None:
    assert GOOD.unknown == ("legal-name", "seat", "role", "network", "block")


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"id": "y"}, "name of the file"),
        ({"licence": "MIT"}, "licence"),
        ({"claim": ()}, "nothing is claimed"),
        ({"document": (DOCUMENT, DOCUMENT)}, "twice"),
        ({"document": (msgspec.structs.replace(DOCUMENT, read_on="yesterday"),)}, "ISO date"),
        ({"document": ()}, "no document"),
        ({"name": " "}, "name is empty"),
    ],
)
def test_the_linter_says_what_is_wrong_with_a_file(change: dict[str, object], word: str) -> None:
    assert any(word in what for what in lint(msgspec.structs.replace(GOOD, **change), "x"))


@pytest.mark.parametrize(
    "claim",
    [
        Claim(kind="domain", value="X.example", document="a", place="p"),
        Claim(kind="domain", value="x..example", document="a", place="p"),
        Claim(kind="role", value="spy", document="a", place="p"),
        Claim(kind="seat", value="Norway", document="a", place="p"),
        Claim(kind="network", value="64496", document="a", place="p"),
        Claim(kind="block", value="192.0.2.1/24", document="a", place="p"),
        Claim(kind="stated-owner", value="X", document="a", place="p", said_by="Y"),
        Claim(kind="stated-owner", value="X", document="a", place="p", of="x.example"),
        Claim(kind="domain", value="x.example", document="a", place=" "),
        Claim(kind="domain", value="x.example", document="b", place="p"),
    ],
)
def test_the_linter_says_what_is_wrong_with_a_claim(claim: Claim) -> None:
    assert list(lint(msgspec.structs.replace(GOOD, claim=(claim,)), "x"))


def test_two_organisations_cannot_claim_the_same() -> None:
    block = Claim(kind="block", value="192.0.2.0/24", document="a", place="p")
    inside = msgspec.structs.replace(block, value="192.0.2.64/26")
    first = msgspec.structs.replace(GOOD, claim=(*GOOD.claim, block))
    second = msgspec.structs.replace(GOOD, id="y", claim=(*GOOD.claim, inside))
    found = overlaps([first, second])
    assert len(found) == 2
    assert any("claimed of x, too" in what for what in found)
    assert any("overlaps" in what for what in found)


def test_all_faults_of_a_folder_are_told_at_once(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_text("id = 1")
    (tmp_path / "b.toml").write_text("not toml at all")
    with pytest.raises(CatalogError, match=r"2 fault"):
        read_recipients(tmp_path)


def test_a_scan_reads_only_the_files_it_needs() -> None:
    assert [each.id for each in recipients_near(["vnet.cn", "nowhere.example"])] == [
        "china-telecom",
        "cnnic",
        "hmd-global",
    ]
    assert recipients_near([]) == ()
