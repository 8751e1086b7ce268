"""The market of a build, and parts of another market's build."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from vitne.firmware import read_images
from vitne.firmware.judging import _market, market_marks
from vitne.firmware.shape import Flag, Spot
from vitne.lab import firmware as lab

if TYPE_CHECKING:
    from pathlib import Path


def _flag(name: str, value: str) -> Flag:
    return Flag(name=f"property {name}", value=value, spot=Spot(path="build.prop", offset=0))


@pytest.mark.parametrize(
    ("flags", "given", "want"),
    [
        ((), "", ("", "")),
        ((), "no", ("NO", "given with --market")),
        ((("ro.product.locale", "nb-NO"),), "", ("NO", "property ro.product.locale")),
        ((("ro.product.locale", "zh_Hans_CN"),), "", ("CN", "property ro.product.locale")),
        ((("ro.product.locale", "en"),), "", ("", "")),
        (
            (("ro.product.locale", "en-US"), ("ro.product.locale.region", "NO")),
            "",
            ("NO", "property ro.product.locale.region"),
        ),
    ],
)
def test_the_market_is_that_of_the_user_or_of_the_build(
    flags: tuple[tuple[str, str], ...], given: str, want: tuple[str, str]
) -> None:
    assert _market(tuple(_flag(*each) for each in flags), given) == want


def test_a_client_of_another_market_is_an_oddity_with_its_place(tmp_path: Path) -> None:
    files = lab.make(tmp_path)
    found = read_images([files.with_client])
    [odd] = found.oddities
    assert odd.name == "firmware-other-market"
    assert "CN" in odd.note
    assert "NO" in odd.note
    assert odd.spot.path.endswith("AutoReg.apk!/classes.dex")
    assert read_images([files.without_client]).oddities == ()


def test_it_is_none_in_a_build_for_that_market_and_untold_where_no_market_is_known(tmp_path: Path) -> None:
    files = lab.make(tmp_path)
    assert read_images([files.with_client], market="CN").oddities == ()
    from vitne.lab.packages import apk

    (tmp_path / "a.apk").write_bytes(apk(lab.CLIENT))
    found = read_images([tmp_path / "a.apk"])
    assert found.oddities == ()
    assert any("--market" in note for note in found.notes)


def test_marks_among_properties_are_told() -> None:
    [mark] = market_marks((_flag("ro.product.locale", "zh-CN"), _flag("x", "zh-CN")))
    assert mark.market == "CN"


def test_a_property_of_another_market_than_the_one_given_is_an_oddity(tmp_path: Path) -> None:
    from vitne.lab.images import erofs

    (tmp_path / "a.img").write_bytes(erofs({"/build.prop": b"a=b\nro.product.locale=zh-CN\n"}))
    [odd] = read_images([tmp_path / "a.img"], market="NO").oddities
    assert (odd.spot.path, odd.spot.offset) == ("a.img!/build.prop", 4)
    assert read_images([tmp_path / "a.img"]).oddities == ()
