"""Twin of vitne.evidence.bags: manifests as sha256sum writes them, and names that stay inside."""

from __future__ import annotations

import hashlib
import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vitne.evidence.bags import digests, files_of, info, inside, manifest, read_manifest
from vitne.model import Malformed


def test_digests_are_those_of_hashlib_and_of_each_stretch(tmp_path) -> None:
    data = os.urandom(10_000)
    (tmp_path / "f").write_bytes(data)
    found = digests(tmp_path / "f")
    assert found.size == 10_000
    assert found.sha256 == hashlib.sha256(data).hexdigest()
    assert found.sha512 == hashlib.sha512(data).hexdigest()
    assert found.blocks[1] == hashlib.sha256(data[4096:8192]).hexdigest()
    assert len(found.blocks) == 3


def test_a_large_file_has_no_more_than_256_stretches(tmp_path) -> None:
    (tmp_path / "f").write_bytes(bytes(3 << 20))
    assert len(digests(tmp_path / "f").blocks) <= 256


@given(st.dictionaries(st.text(st.characters(exclude_categories=["Cs"]), min_size=1), st.just(0), max_size=5))
def test_a_manifest_reads_back_with_any_name_that_stays_inside(names) -> None:
    import types

    files = {
        n: types.SimpleNamespace(sha256="ab" * 32)
        for n in names
        if inside(n) and n.splitlines() in ([n], [*n.split("\n")])
    }
    files = {
        n: d
        for n, d in files.items()
        if not set(n) & set("\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029") and n.strip() == n
    }
    assert read_manifest(manifest(files, "sha256")) == dict.fromkeys(files, "ab" * 32)


@pytest.mark.parametrize("name", ["../x", "/x", "a/../x", "a//b", "a\\b", "C:/x", "", ".", "a/./b", "a\0b"])
def test_a_name_that_leads_out_is_seen(name) -> None:
    assert not inside(name)
    with pytest.raises(Malformed):
        read_manifest(f"{'ab' * 32}  {name}\n".encode())


@pytest.mark.parametrize("data", [b"\xff", b"nonsense\n", b"ab  x\nab  x\n"])
def test_noise_is_no_manifest(data) -> None:
    with pytest.raises(Malformed):
        read_manifest(data)


def test_links_are_not_plain_files(tmp_path) -> None:
    (tmp_path / "a").write_bytes(b"")
    (tmp_path / "b").symlink_to("a")
    (tmp_path / "c").symlink_to(tmp_path)
    assert files_of(tmp_path) == (["a"], ["b", "c"])


def test_a_value_of_bag_info_cannot_begin_a_line_of_its_own() -> None:
    assert info([("A", "x\r\nB: y")]) == b"A: x B: y\n"
