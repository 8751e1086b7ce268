"""Twin of vitne.evidence.timestamps: an authority of our own (openssl ts), right, wrong and tampered."""

from __future__ import annotations

import shutil

import pytest
from tests.evidence import clock

from vitne.evidence import timestamps


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not installed")
    pytest.importorskip("rfc3161_client")
    folder = tmp_path_factory.mktemp("authority")
    return folder, clock.authority(folder)


def test_a_timestamp_under_a_trusted_root_is_valid(authority) -> None:
    folder, stamp = authority
    reply = stamp(timestamps.request(b"data"))
    found = timestamps.check(reply, b"data", (folder / "root.pem").read_bytes())
    assert found.state == "valid", found.why
    assert found.time.endswith("Z")


def test_without_a_root_it_is_unknown_and_still_about_these_bytes(authority) -> None:
    _, stamp = authority
    found = timestamps.check(stamp(timestamps.request(b"data")), b"data", None)
    assert found.state == "unknown"
    assert "about these bytes" in found.why


def test_other_bytes_another_root_and_a_changed_token_are_invalid(authority) -> None:
    folder, stamp = authority
    reply = stamp(timestamps.request(b"data"))
    root = (folder / "root.pem").read_bytes()
    assert timestamps.check(reply, b"Data", root).state == "invalid"
    assert timestamps.check(reply, b"data", (folder / "other.pem").read_bytes()).state == "invalid"
    changed = bytearray(reply)
    changed[-20] ^= 1
    assert timestamps.check(bytes(changed), b"data", root).state == "invalid"


def test_certificates_in_another_order_than_der_wants_are_read(authority) -> None:
    """As openssl writes them where its configuration names certificates beside the signer's (RFC 5652 5.1)."""
    folder, stamp = authority
    plain = (folder / "conf").read_text()
    root = (folder / "root.pem").read_bytes()
    try:
        for order in (("root.pem", "other.pem"), ("other.pem", "root.pem")):
            (folder / "chain").write_bytes(b"".join((folder / name).read_bytes() for name in order))
            (folder / "conf").write_text(plain + "certs = ./chain\n")
            reply = stamp(timestamps.request(b"data"))
            found = timestamps.check(reply, b"data", root)
            assert found.state == "valid", found.why
    finally:
        (folder / "conf").write_text(plain)


def test_a_refusal_is_told_in_the_words_of_the_authority(authority) -> None:
    _, stamp = authority
    found = timestamps.check(stamp(b"no request"), b"data", None)
    assert found.state == "invalid"
    assert "refused: Bad request format" in found.why


def test_no_changed_byte_breaks_the_check_and_no_library_shows_through(authority) -> None:
    folder, stamp = authority
    reply = stamp(timestamps.request(b"data"))
    root = (folder / "root.pem").read_bytes()
    for at in range(0, len(reply), 5):
        for bits in (0x01, 0x12, 0xFF):
            changed = reply[:at] + bytes([reply[at] ^ bits]) + reply[at + 1 :]
            assert "ErrorStack" not in timestamps.check(changed, b"data", root).why


def test_noise_is_invalid() -> None:
    pytest.importorskip("rfc3161_client")
    for data in (b"", b"0", b"\x30\x03\x02\x01\x00", bytes(100)):
        assert timestamps.check(data, b"x", None).state == "invalid"


def test_only_a_digest_stands_in_the_request() -> None:
    pytest.importorskip("rfc3161_client")
    secret = b"a text that must not leave"
    assert secret not in timestamps.request(secret)


def test_without_the_package_nothing_is_said_to_hold(monkeypatch) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "rfc3161_client", None)
    assert timestamps.check(b"", b"", None).state == "unknown"
    from vitne.model import UsageError

    with pytest.raises(UsageError):
        timestamps.request(b"x")
