"""Images as a whole: nested containers, what is lost, bounds, and what is no image."""

from __future__ import annotations

import struct
import zlib
from typing import TYPE_CHECKING

import msgspec
import pytest
from tests.firmware.tree import ran, tool

from vitne.firmware import read_images
from vitne.lab import firmware as lab
from vitne.lab.images import erofs, payload, sparse, super_image
from vitne.lab.packages import apk, archived
from vitne.model import CaptureError

if TYPE_CHECKING:
    from pathlib import Path

_CLIENT = "com.example.autoregistration"


@pytest.fixture
def system() -> dict[str, bytes]:
    return lab.system(client=True)


def _units(path: Path) -> dict[str, str]:
    return {unit.name: unit.path for unit in read_images([path]).units}


def test_packages_are_found_through_every_way_of_packing_them(
    tmp_path: Path, system: dict[str, bytes]
) -> None:
    inner = erofs(system)
    ways = {
        "system.img": inner,
        "sparse.img": sparse(inner),
        "super.img": super_image({"system_a": inner}),
        "sparse_super.img": sparse(super_image({"system_a": inner})),
        "payload.bin": payload({"system": inner}),
        "ota.zip": archived({"payload.bin": payload({"system": inner}), "META-INF/x": b""}, stored=True),
        "factory.zip": archived({"image.zip": archived({"system.img": sparse(inner)})}),
    }
    for name, data in ways.items():
        (tmp_path / name).write_bytes(data)
        found = _units(tmp_path / name)
        assert found[_CLIENT].startswith(f"{name}!/"), name
        assert found[_CLIENT].endswith("system/priv-app/AutoReg/AutoReg.apk"), name


def test_an_image_of_ext4_inside_an_update_is_read(tmp_path: Path, system: dict[str, bytes]) -> None:
    for path, data in system.items():
        place = tmp_path / "tree" / path[1:]
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(data)
    ran(tool("mke2fs"), "-q", "-t", "ext4", "-d", tmp_path / "tree", tmp_path / "raw", "2M")
    (tmp_path / "payload.bin").write_bytes(payload({"system": (tmp_path / "raw").read_bytes()}))
    assert _CLIENT in _units(tmp_path / "payload.bin")


def test_the_same_image_gives_the_same_document(tmp_path: Path) -> None:
    files = lab.make(tmp_path)
    first, again = (msgspec.json.encode(read_images([files.with_client])) for _ in range(2))
    assert first == again


def test_one_file_that_is_none_is_told_beside_others_and_alone_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_bytes(b"hello")
    (tmp_path / "a.apk").write_bytes(apk(lab.CLIENT))
    found = read_images([tmp_path / "a.apk", tmp_path / "notes.txt"])
    assert [(each.path, each.why) for each in found.not_read] == [("notes.txt", "malformed")]
    for place in (tmp_path / "notes.txt", tmp_path / "none.apk"):
        with pytest.raises(CaptureError):
            read_images([place])


@pytest.mark.parametrize(
    "data", [b"PK\x03\x04 noise", b"CrAU" + bytes(30), b"\x3a\xff\x26\xed", b"\x7fELF"], ids=str
)
def test_one_that_begins_right_and_cannot_be_read_is_no_clean_bill(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "a.apk").write_bytes(data)
    with pytest.raises(CaptureError, match="nothing of it can be read"):
        read_images([tmp_path / "a.apk"])


def test_a_folder_stands_for_the_images_inside(tmp_path: Path) -> None:
    (tmp_path / "b.apk").write_bytes(apk(lab.WEATHER))
    (tmp_path / "a.apk").write_bytes(apk(lab.CLIENT))
    (tmp_path / "notes.txt").write_bytes(b"hello")
    assert [image.name for image in read_images([tmp_path]).images] == ["a.apk", "b.apk"]
    (tmp_path / "empty").mkdir()
    with pytest.raises(CaptureError):
        read_images([tmp_path / "empty"])


def test_files_of_kinds_that_are_not_read_are_named(tmp_path: Path) -> None:
    (tmp_path / "ota.zip").write_bytes(archived({"system.new.dat.br": b"x", "a.apk": apk(lab.CLIENT)}))
    [lost] = read_images([tmp_path / "ota.zip"]).not_read
    assert (lost.path, lost.why) == ("ota.zip!/system.new.dat.br", "unsupported")


def test_archives_inside_one_another_end_at_the_bound(tmp_path: Path) -> None:
    data = b"PK\x05\x06" + bytes(18)
    for _ in range(30):
        data = archived({"a.zip": data}, stored=True)
    (tmp_path / "a.zip").write_bytes(data)
    [lost] = read_images([tmp_path / "a.zip"]).not_read
    assert lost.why == "limit"
    assert "deep" in lost.note


def test_a_file_system_that_holds_itself_ends_at_the_bound(tmp_path: Path) -> None:
    image = bytearray(erofs({f"/{number}.img": b"x" * 8192 for number in range(20)}))
    for number in range(20):  # every file begins at block 0 and is as long as the image
        at = 32 * (36 + 1 + number)
        struct.pack_into("<I", image, at + 8, len(image))
        struct.pack_into("<I", image, at + 16, 0)
    (tmp_path / "a.img").write_bytes(bytes(image))
    found = read_images([tmp_path / "a.img"])
    assert {each.why for each in found.not_read} == {"limit"}
    assert found.counts["files"] < 200_000


def test_a_bomb_of_a_package_costs_no_more_than_its_bound(tmp_path: Path) -> None:
    packed = zlib.compressobj(9, wbits=-15)
    raw = packed.compress(bytes(1 << 20))
    for _ in range(99):
        raw += packed.compress(bytes(1 << 20))
    raw += packed.flush()
    name = b"classes.dex"
    local = (
        struct.pack("<4sHHHHHIIIHH", b"PK\3\4", 20, 0, 8, 0, 0, 0, len(raw), 100 << 20, len(name), 0) + name
    )
    row = struct.pack(
        "<4sHHHHHHIIIHHHHHII",
        b"PK\1\2",
        20,
        20,
        0,
        8,
        0,
        0,
        0,
        len(raw),
        100 << 20,
        len(name),
        0,
        0,
        0,
        0,
        0,
        0,
    )
    end = struct.pack("<4sHHHHIIH", b"PK\5\6", 0, 0, 1, 1, len(row) + len(name), len(local) + len(raw), 0)
    (tmp_path / "a.apk").write_bytes(local + raw + row + name + end)
    found = read_images([tmp_path / "a.apk"])
    assert [each.why for each in found.not_read] == ["limit"]


def test_every_cut_of_an_image_is_told(tmp_path: Path) -> None:
    data = lab.image(client=True)
    whole = len(read_images([lab.make(tmp_path).with_client]).units)
    for part in range(1, 12):
        (tmp_path / "cut.img").write_bytes(data[: len(data) * part // 12])
        found = read_images([tmp_path / "cut.img"])
        assert found.not_read
        assert len(found.units) <= whole


def test_two_members_of_one_name_are_an_oddity(tmp_path: Path) -> None:
    import io
    import warnings
    import zipfile

    out = io.BytesIO(apk(lab.CLIENT, sign=False))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with zipfile.ZipFile(out, "a") as archive:
            archive.writestr("classes.dex", b"")
    (tmp_path / "a.apk").write_bytes(out.getvalue())
    [odd] = read_images([tmp_path / "a.apk"]).oddities
    assert odd.name == "firmware-doubled-entry"


def test_progress_is_told(tmp_path: Path) -> None:
    told: list[str] = []
    read_images([lab.make(tmp_path).with_client], progress=told.append)
    assert told
