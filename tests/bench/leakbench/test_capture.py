from __future__ import annotations

import shutil
import subprocess

import pytest
from bench.leakbench.capture import Staged, write
from bench.leakbench.cases import Case, Means, Recipe, build

from vitne.lab.pcap import pcap


def _stage(recipe, person, means):
    _, load = build(recipe, person, means)
    return Staged(Case("F", recipe, person.seed(recipe.identifier), layers=load.layers[::-1]), load)


RECIPES = [
    Recipe("plain", "plain", "imei", "", "json", (), carrier, manner)
    for carrier in ("query", "path", "header", "cookie", "json", "form", "multipart", "body", "mqtt", "tcp")
    for manner in ("", "swapped", "reversed", "twice")
] + [
    Recipe("plain", "plain", "imei", "", "json", (), "coap"),
    Recipe("plain", "plain", "imei", "", "json", (), "udp"),
    Recipe("plain", "plain", "imei", "", "bare", (), "dns"),
]


@pytest.fixture
def staged(person, chance, words):
    bare = [
        Recipe(each.chain, each.family, each.identifier, "", "bare", (), each.carrier, each.manner)
        if each.carrier in {"query", "path", "header", "cookie", "form"}
        else each
        for each in RECIPES
    ]
    return [_stage(recipe, person, Means(chance, words)) for recipe in bare]


@pytest.mark.tshark
@pytest.mark.parametrize("suffix", [".pcap", ".pcapng"])
def test_tshark_sees_the_value_in_the_frames_that_the_truth_names(suffix, staged, person, chance, tmp_path):
    """Frames that hold the whole value; of a value cut by packets, its parts are elsewhere."""
    if not shutil.which("tshark"):
        pytest.skip("tshark is not installed")
    path = tmp_path / f"cases{suffix}"
    write(path, staged, chance)
    value = person.values["imei"]
    run = subprocess.run(
        [
            "tshark",
            "-n",
            "-r",
            str(path),
            "-Y",
            f'frame contains "{value}" and ip.src == 192.168.50.20',
            "-T",
            "fields",
            "-e",
            "frame.number",
        ],
        capture_output=True,
        text=True,
        check=True,
    )
    seen = {int(number) for number in run.stdout.split()}
    ours = [each.case for each in staged]
    named = {frame for case in ours for frame in case.frames if len(case.frames) == 1}
    assert named <= seen
    assert seen <= {frame for case in ours for frame in case.body_frames}
    assert any(len(case.frames) > 1 for case in ours)


@pytest.mark.tshark
def test_tshark_finds_right_checksums_and_whole_protocols(staged, chance, tmp_path):
    if not shutil.which("tshark"):
        pytest.skip("tshark is not installed")
    path = tmp_path / "cases.pcap"
    write(path, staged, chance)
    options = [
        "-o",
        "tcp.check_checksum:TRUE",
        "-o",
        "udp.check_checksum:TRUE",
        "-o",
        "ip.check_checksum:TRUE",
    ]
    bad = "tcp.checksum.status == 0 or udp.checksum.status == 0 or ip.checksum.status == 0 or _ws.malformed"
    run = subprocess.run(
        ["tshark", "-n", "-r", str(path), *options, "-Y", bad], capture_output=True, text=True, check=True
    )
    assert run.stdout == ""
    for protocol in ("http.request", "mqtt", "coap", "dns"):
        run = subprocess.run(
            ["tshark", "-n", "-r", str(path), "-Y", protocol], capture_output=True, text=True, check=True
        )
        assert run.stdout, protocol


def test_every_case_has_a_port_of_its_own_and_frames(staged, chance, tmp_path):
    write(tmp_path / "cases.pcap", staged, chance)
    cases = [each.case for each in staged]
    assert len({case.port for case in cases}) == len(cases)
    assert all(case.frames and set(case.frames) <= set(case.body_frames) for case in cases)


def test_a_file_is_that_of_the_writer(tmp_path, chance):
    write(tmp_path / "none.pcap", [], chance)
    assert (tmp_path / "none.pcap").read_bytes() == pcap([])
