"""The captures that speed is measured with: from a seed, whole, and with all that the truth says in them."""

from __future__ import annotations

import base64
import hashlib
import random
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "bench"))
import captures
import planted
import replicas
from draws import Draws
from frames import write

needs_tshark = pytest.mark.skipif(shutil.which("tshark") is None, reason="tshark is not installed")


def _tshark(path: Path, *options: str) -> list[str]:
    said = subprocess.run(
        ["tshark", "-n", "-r", str(path), *options], capture_output=True, text=True, check=True
    )
    return said.stdout.splitlines()


@pytest.mark.parametrize("kind", ["web", "phone", "hostile", "giant", "flows-100"])
def test_the_same_seed_gives_the_same_file_and_another_seed_another(kind, tmp_path):
    digests = []
    for name, seed in (("a", 5), ("b", 5), ("c", 6)):
        captures.make(tmp_path / name, kind, 2, seed=seed)
        digests.append(hashlib.sha256((tmp_path / name).read_bytes()).hexdigest())
    assert digests[0] == digests[1] != digests[2]


@pytest.mark.parametrize("kind", ["web", "mixed", "flows-1000"])
def test_a_capture_is_about_as_large_as_asked_and_the_truth_counts_its_bytes(kind, tmp_path):
    truth = captures.make(tmp_path / "c.pcap", kind, 3)
    size = (tmp_path / "c.pcap").stat().st_size
    assert size == truth["bytes"] == 24 + sum(truth["parts"].values()) or kind == "flows-1000"
    assert 0.85 < size / 3_000_000 < 1.2 or truth["left_out"]


def test_without_a_corpus_the_real_part_is_left_out_and_the_truth_says_so(tmp_path, monkeypatch):
    monkeypatch.setenv("VITNE_CORPUS", str(tmp_path / "nowhere"))
    assert captures.make(tmp_path / "c.pcap", "mixed", 2)["left_out"] == ["real"]


def test_a_kept_capture_is_taken_again_and_not_made_again(tmp_path):
    first = captures.made("web", 1, folder=tmp_path)
    changed = first.path.stat().st_mtime_ns
    again = captures.made("web", 1, folder=tmp_path)
    assert again.path == first.path
    assert again.path.stat().st_mtime_ns == changed
    assert again.planted == first.planted
    assert first.subject.stat().st_mode & 0o077 == 0


def test_the_subject_file_is_readable_by_its_owner_alone_and_has_every_value(tmp_path):
    subject = captures.made("web", 1, folder=tmp_path).subject.read_text()
    assert all(value in subject for value in planted.literals())
    assert len(planted.literals()) == 14


@pytest.mark.parametrize("name", sorted(planted.VALUES))
def test_a_planted_form_holds_the_value_as_independent_code_writes_it(name):
    chance = random.Random(1)
    value = planted.VALUES[name][0]
    plain, _, _ = planted.body(name, "plain", chance)
    assert value.encode() in plain
    wrapped, _, _ = planted.body(name, "base64-json", chance)
    text = wrapped.partition(b"=")[2]
    assert value.encode() in base64.urlsafe_b64decode(text + b"=" * (-len(text) % 4))
    if len(planted.VALUES[name]) == 1:
        assert hashlib.sha256(value.encode()).hexdigest().encode() in planted.body(name, "sha256", chance)[0]
        assert value.encode().hex().encode() in planted.body(name, "hex", chance)[0]


@needs_tshark
def test_tshark_sees_as_many_frames_and_finds_nothing_wrong_with_generated_traffic(tmp_path):
    path = tmp_path / "c.pcap"
    truth = captures.make(path, "web", 3)
    assert len(_tshark(path)) == truth["frames"]
    wrong = _tshark(path, "-o", "ip.check_checksum:TRUE", "-Y", "ip.checksum.status==0 || _ws.malformed")
    assert [line for line in wrong if "image/jpeg" not in line] == []  # pictures are noise
    lost = "tcp.analysis.lost_segment && !tcp.analysis.out_of_order && !tcp.analysis.retransmission"
    assert len(_tshark(path, "-Y", lost)) < truth["frames"] / 50  # swapped neighbours look so for a moment


@needs_tshark
def test_every_planted_flow_is_one_that_tshark_sees_a_request_in(tmp_path):
    path = tmp_path / "c.pcap"
    truth = captures.make(path, "web", 3)
    fields = [word for name in ("ip.src", "tcp.srcport", "ip.dst", "tcp.dstport") for word in ("-e", name)]
    rows = {tuple(line.split("\t")) for line in _tshark(path, "-Y", "http.request", "-T", "fields", *fields)}
    wanted = {(*one["source"].split(":"), *one["target"].split(":")) for one in truth["planted"]}
    assert wanted
    assert wanted <= rows


@needs_tshark
def test_a_replica_of_real_frames_has_other_addresses_and_no_checksum_that_was_whole_is_broken(
    corpus, tmp_path
):
    real = replicas.load()
    assert real is not None
    size = int(real.lengths.sum() + 16 * len(real.lengths))
    broken, ends = [], []
    for number in (0, 7):
        part = replicas.replicas(Draws(1), size)
        assert part is not None
        part.pool = replicas._readdressed(real, number)
        write(tmp_path / "c.pcap", [part])
        checks = [word for proto in ("ip", "tcp", "udp") for word in ("-o", f"{proto}.check_checksum:TRUE")]
        bad = "ip.checksum.status==0 || tcp.checksum.status==0 || udp.checksum.status==0"
        broken.append(len(_tshark(tmp_path / "c.pcap", *checks, "-Y", bad)))
        ends.append(set(_tshark(tmp_path / "c.pcap", "-T", "fields", "-e", "ip.src", "-Y", "ip && tcp")))
    assert broken[0] == broken[1]
    assert len(ends[0] & ends[1]) < len(ends[0]) / 10
