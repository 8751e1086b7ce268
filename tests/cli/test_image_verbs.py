"""The verbs that read firmware take the options of the contract."""

from __future__ import annotations

from vitne.cli.main import build_parser


def test_names_of_options_are_as_agreed() -> None:
    parser = build_parser()
    firmware = parser.parse_args(["firmware", "a.apk", "b.img", "--against", "old", "--json", "--html", "p"])
    assert (firmware.images, firmware.against, firmware.json, firmware.html) == (
        ["a.apk", "b.img"],
        "old",
        True,
        "p",
    )
    match = parser.parse_args(["match", "case", "a.img", "-v"])
    assert (match.case, match.images, match.verbose) == ("case", ["a.img"], True)
