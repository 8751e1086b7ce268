"""FTP control connections after RFC 959."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vitne.decode.protocols.ftp import Ftp, decoder
from vitne.model import Fit, Gap, Message

CLIENT = b"USER kari\r\nPASS secret\r\nSYST\r\nSTOR IMG 0001.jpg\r\n??\r\n"
SERVER = b"220-Welcome\r\n220 inside\r\n220 FTP ready\r\n331 pass\r\n230-Hi\r\n 230 not yet\r\n230 in\r\n215 UNIX\r\n"
SCRIPT = [(0, CLIENT), (1, SERVER)]


def test_credentials_and_arguments_are_parts(drive: Any) -> None:
    items = drive(Ftp(), SCRIPT)
    got = {
        part.path: CLIENT[part.start : part.end] for item in items if item.side == 0 for part in item.parts
    }
    assert got == {
        "command:USER": b"kari",
        "command:PASS": b"secret",
        "command:STOR": b"IMG 0001.jpg",
        "command": b"??",
    }
    assert [dict(item.facts).get("command") for item in items if item.side == 0] == [
        "USER",
        "PASS",
        "SYST",
        "STOR",
        None,
    ]


def test_replies_over_several_lines_are_one(drive: Any) -> None:
    items = [item for item in drive(Ftp(), SCRIPT) if item.side == 1]
    assert [item.status for item in items] == [220, 220, 331, 230, 215]


def test_cuts_do_not_matter(cut_alike: Any) -> None:
    cut_alike(Ftp, SCRIPT)


def test_every_prefix_is_told(prefixes_told: Any) -> None:
    prefixes_told(Ftp, 0, CLIENT)
    prefixes_told(Ftp, 1, SERVER)


def test_auth_tls_hands_over(drive: Any) -> None:
    ftp = Ftp()
    drive(ftp, [(0, b"AUTH TLS\r\n\x16\x03\x01"), (1, b"220 hi\r\n234 go\r\n\x16\x03\x03")])
    assert (ftp.upgraded, ftp.upgraded_at) == ("tls", (10, 16))


@pytest.mark.parametrize(
    ("head", "side", "fit"),
    [
        (b"220 ProFTPD ready\r\n", 1, Fit.PERHAPS),
        (b"220 My FTP server\r\n", 1, Fit.LIKELY),
        (b"220 a ESMTP\r\n", 1, Fit.NO),
        (b"USER kari\r\n", 0, Fit.PERHAPS),
        (b"USER kari\r\nPASS x\r\nSYST\r\n", 0, Fit.LIKELY),
        (b"AUTH TLS\r\n", 0, Fit.LIKELY),
        (b"GET / HTTP/1.1\r\n", 0, Fit.NO),
    ],
)
def test_the_fit_comes_from_the_bytes(head: bytes, side: int, fit: int) -> None:
    assert Ftp.fit(head, "tcp", side) == fit
    assert Ftp.fit(head, "udp", side) == Fit.NO


@given(
    st.lists(
        st.tuples(
            st.integers(0, 1), st.one_of(st.binary(max_size=60), st.sampled_from(SERVER.splitlines(True)))
        )
    )
)
def test_noise_raises_nothing(script: list[tuple[int, bytes]]) -> None:
    ftp = decoder()
    for side, data in script:
        assert all(isinstance(item, Message | Gap) for item in ftp.feed(side, data))
        list(ftp.miss(side, 2))
    list(ftp.on_counted(0, None))  # type: ignore[arg-type]
    list(ftp.finish(0))
    list(ftp.finish(1))


@pytest.mark.corpus
@pytest.mark.tshark
def test_commands_are_those_of_tshark(corpus: Any, talks: Any, tshark: Any, drive: Any) -> None:
    path = corpus / "pcap/ndpi/ftp.pcap"
    rows = tshark(path, ["ftp.request.command"], "ftp.request")
    theirs = [row[0] for row in rows if row[0]]  # without a SYN it takes replies for requests without a verb
    ours = []
    for transport, script in talks(path):
        if transport == "tcp" and Ftp.fit(script[0][1], "tcp", 0):
            ours += [dict(item.facts)["command"] for item in drive(Ftp(), script) if item.side == 0]
    assert ours == theirs
