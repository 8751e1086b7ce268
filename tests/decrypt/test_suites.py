from __future__ import annotations

import json
import subprocess

import pytest

from vitne.decrypt.suites import SUITES


def _openssl() -> dict[int, str]:
    """Ask OpenSSL what its own suites are: number -> description."""
    try:
        words = ["openssl", "ciphers", "-V", "-stdname", "ALL:COMPLEMENTOFALL:@SECLEVEL=0"]
        told = subprocess.run(words, capture_output=True, text=True, check=True)
    except FileNotFoundError:
        pytest.skip("openssl is not here")
    rows = {}
    for line in told.stdout.splitlines():
        number, _, rest = line.strip().partition(" - ")
        high, low = number.strip().split(",")
        rows[int(high, 16) << 8 | int(low, 16)] = rest
    return rows


def test_every_suite_means_what_openssl_says() -> None:
    checked = 0
    for number, words in _openssl().items():
        suite = SUITES.get(number)
        if suite is None:
            continue
        checked += 1
        name = words.split()[0]
        cipher = {"gcm": "GCM", "ccm": "CCM", "chacha": "CHACHA20", "cbc": "CBC"}[suite.cipher]
        assert cipher in name, name
        if suite.cipher != "chacha":
            assert f"AES_{suite.key * 8}" in name, name
        assert (suite.tag == 8) == name.endswith("CCM_8"), name
        if suite.cipher == "cbc":
            assert name.endswith({"sha1": "_SHA", "sha256": "_SHA256", "sha384": "_SHA384"}[suite.mac]), name
        assert (suite.hash == "sha384") == ("SHA384" in name), name
        assert suite.modern == (number >> 8 == 0x13)
    assert checked > 60


def test_every_aes_and_chacha_suite_of_openssl_is_known() -> None:
    missing = [
        words.split()[0]
        for number, words in _openssl().items()
        if number not in SUITES and ("AES" in words.split()[0] or "CHACHA" in words.split()[0])
    ]
    assert not missing, json.dumps(missing)
