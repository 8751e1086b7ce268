"""Packages, code and programs become drafts with what their texts say and where."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vitne.firmware.budget import budget_for
from vitne.firmware.containers.zip_archive import entries
from vitne.firmware.source import Held
from vitne.firmware.units import Packages, properties
from vitne.lab.firmware import CLIENT
from vitne.lab.packages import apk, archived, code

if TYPE_CHECKING:
    from vitne.firmware.drafts import Draft
    from vitne.model import Malformed


def _package(data: bytes) -> tuple[Draft, list[str]]:
    lost: list[str] = []

    def lose(path: str, error: Malformed) -> None:
        lost.append(f"{path}: {error.why}")

    source = Held(data)
    return Packages(budget_for(len(data)), lose).package(source, "a.apk", *entries(source)), lost


def test_each_claim_stands_where_its_place_says() -> None:
    data = apk(CLIENT)
    draft, lost = _package(data)
    unit = draft.unit()
    assert lost == []
    raw = code(CLIENT.texts, CLIENT.calls)
    for sender in unit.senders:
        for evidence in sender.evidence:
            assert evidence.spot.path == "a.apk!/classes.dex"
            assert evidence.spot.offset is not None
            assert raw[evidence.spot.offset :].startswith(evidence.text.encode() + b"\0")
    assert {call.gives for call in unit.calls} == {
        "imei",
        "imsi",
        "iccid",
        "cell-id",
        "mac-address",
        "network",
    }
    assert [each.scheme for each in unit.signers] == ["v2"]
    assert {(each.name, each.value) for each in unit.flags} >= {("bool/register_enabled", "true")}


def test_several_files_of_code_libraries_and_texts_are_one_unit() -> None:
    package = CLIENT._replace(
        texts=("REGVER", "MEID"),
        calls=(),
        files=(
            ("classes2.dex", code(("SIM1ICCID", "IMEI1", "http://second.example/"))),
            (
                "lib/arm64-v8a/libreg.so",
                b"\x7fELF" + bytes(60) + b'{"SIM1LTEIMSI":"%s"}\0http://native.example/\0',
            ),
            ("assets/post.json", b'{"MACID": "", "url": "http://asset.example/"}'),
            ("res/raw/x", b"http://raw.example/"),
        ),
    )
    draft, _ = _package(apk(package))
    unit = draft.unit()
    assert {"second.example", "native.example", "asset.example", "raw.example"} <= {
        e.host for e in unit.endpoints
    }
    [sender] = [each for each in unit.senders if each.id == "self-registration"]
    assert {each.spot.path.rpartition("!/")[2] for each in sender.evidence} == {
        "classes.dex",
        "classes2.dex",
        "lib/arm64-v8a/libreg.so",
        "assets/post.json",
    }


def test_a_member_that_is_damaged_costs_itself_only() -> None:
    members = {
        "AndroidManifest.xml": b"noise",
        "classes.dex": b"dex\n035\0" + b"\xff" * 200,
        "resources.arsc": b"",
    }
    members |= {
        "classes2.dex": code(("http://a.example/",)),
        "META-INF/A.RSA": b"noise",
        "lib/a/b.so": b"\x7fELF",
    }
    draft, lost = _package(archived(members))
    assert [each.host for each in draft.unit().endpoints] == ["a.example"]
    assert len(lost) == 5
    assert draft.unit().name == "a.apk"


def test_code_inside_of_a_file_compiled_ahead_is_found() -> None:
    packages = Packages(budget_for(1 << 20), lambda path, error: None)
    data = b"vdex021\0" + bytes(40) + code(("http://a.example/",)) + code(("http://b.example/",))
    draft = packages.file(Held(data), "/system/app/A/oat/arm64/A.vdex", data[:64])
    assert draft is not None
    assert [each.host for each in draft.harvest.endpoints()] == ["a.example", "b.example"]
    spot = draft.harvest.endpoints()[1].spots[0]
    assert spot.offset is not None
    assert data[spot.offset :].startswith(b"http://b.example/")


def test_properties_are_read_with_their_places() -> None:
    data = b"# comment\nro.product.locale=nb-NO\r\nempty=\n=x\nro.b=1=2\n"
    found = properties(data, "build.prop")
    assert [(each.name, each.value) for each in found] == [
        ("property ro.product.locale", "nb-NO"),
        ("property empty", ""),
        ("property ro.b", "1=2"),
    ]
    assert found[0].spot.offset == 10


def test_compact_code_is_named_as_not_read() -> None:
    lost: list[str] = []
    packages = Packages(budget_for(1 << 20), lambda path, error: lost.append(error.why))
    packages.file(Held(b"vdex019\0" + b"cdex001\0" + bytes(200)), "/a/oat/arm64/A.vdex", b"vdex019\0")
    assert lost == ["compact code (cdex) of Android 9 is not read: convert it to dex"]
