"""What packets say of their app: frames and comments built from the formats' own descriptions."""

from __future__ import annotations

import struct
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vitne.apps.marks import app_of_packet, has_mark
from vitne.model import App

IP = bytes.fromhex("45000014000000004011000000000000c6336414")


def trailer(uid: int, name: bytes) -> bytes:
    frame = bytes(12) + b"\x08\x00" + IP + b"\0\0"
    frame += struct.pack(">Ii20s", 0x01072021, uid, name)
    return frame + struct.pack("<I", zlib.crc32(frame))


def pktap(own: bytes, behalf: bytes, *, length: int = 156) -> bytes:
    head = struct.pack("<III24sIIII", length, 1, 1, b"en0", 0, 2, 14, 0)
    head += struct.pack("<i17s3xI2H", 77, own, 0, 6, 0) + struct.pack("<i17s3x", 80, behalf)
    return head.ljust(156, b"\0") + bytes(12) + b"\x08\x00" + IP


def test_a_trailer_names_user_and_app():
    found = app_of_packet(trailer(10123, b"Weather"), 1, ())
    assert found == App(uid=10123, name="Weather", source="pcapdroid-trailer")


def test_a_trailer_that_knows_no_user_names_none_but_is_a_mark():
    frame = trailer(-1, b"")
    assert app_of_packet(frame, 1, ()) is None
    assert has_mark(frame, 1)


def test_a_name_of_twenty_bytes_that_is_cut_in_a_letter_loses_that_letter():
    found = app_of_packet(trailer(10123, "abcdefghijklmnopqrsé".encode()), 1, ())
    assert found is not None
    assert found.name == "abcdefghijklmnopqrs"


def test_a_trailer_without_the_check_sequence_is_one_still():
    found = app_of_packet(trailer(10123, b"Weather")[:-4], 1, ())
    assert found == App(uid=10123, name="Weather", source="pcapdroid-trailer")


@pytest.mark.parametrize("cut", [cut for cut in range(1, 66) if cut != 4])
def test_a_frame_that_lost_its_end_has_no_trailer(cut):
    frame = trailer(10123, b"Weather")
    assert app_of_packet(frame[:-cut], 1, ()) is None


def test_frames_of_other_links_are_not_asked_for_a_trailer():
    assert app_of_packet(trailer(10123, b"Weather"), 101, ()) is None


@pytest.mark.parametrize(
    ("comment", "app"),
    [
        ("u-10123", App(uid=10123, source="pcapdroid-comment")),
        ("u-0", App(uid=0, source="pcapdroid-comment")),
        ("u--1", None),
        ("u-10123 and more", None),
        (
            "PID: 77, ProcName: nsurlsessiond, EPID: 80, EProcName: Weather, SVC: 0",
            App(name="Weather", pid=80, source="process-comment"),
        ),
        (
            "PID: 77, ProcName: mail, EPID: -1, EProcName: , SVC: 0",
            App(name="mail", pid=77, source="process-comment"),
        ),
        ("PID: 77, ProcName: , EPID: 0, EProcName: , SVC: 0", None),
        ("seen by the researcher", None),
    ],
)
def test_comments_of_the_two_tools_are_read_and_others_are_not(comment, app):
    assert app_of_packet(b"", 101, (comment,)) == app


def test_the_first_comment_that_tells_counts():
    assert app_of_packet(b"", 101, ("a note", "u-10123", "u-10124")) == App(
        uid=10123, source="pcapdroid-comment"
    )


def test_a_header_of_pktap_names_the_process_on_whose_behalf_it_was():
    told = app_of_packet(pktap(b"nsurlsessiond", b"Weather"), 258, ())
    assert told == App(name="Weather", pid=80, source="pktap")
    assert app_of_packet(pktap(b"mail", b""), 258, ()) == App(name="mail", pid=77, source="pktap")
    assert app_of_packet(pktap(b"", b""), 258, ()) is None


def test_a_header_of_pktap_that_is_short_names_none():
    whole = pktap(b"mail", b"mail")
    for length in range(105):
        assert app_of_packet(whole[:length], 258, ()) is None
    assert app_of_packet(pktap(b"mail", b"mail", length=60), 258, ()) is None


@given(st.binary(max_size=300), st.sampled_from([1, 101, 258]), st.lists(st.text(max_size=60), max_size=3))
def test_noise_raises_nothing(data, link, comments):
    app_of_packet(data, link, comments)
    has_mark(data, link)
