from __future__ import annotations

import gzip
import http.client
import io
import json
import xml.etree.ElementTree as ET
import zlib

import pytest

from vitne.lab import web
from vitne.lab.phone import invent

DATE = "Sun, 03 Feb 2019 06:15:42 GMT"


class Wire:
    def __init__(self, data):
        self.data = data

    def makefile(self, *_):
        return io.BytesIO(self.data)


def parsed(data):
    response = http.client.HTTPResponse(Wire(data))
    response.begin()
    return response, response.read()


@pytest.mark.parametrize("page", [web.news, web.picture, web.weather, web.software])
def test_the_standard_library_reads_every_page_whole(page):
    response, body = parsed(page(DATE))
    assert response.status == 200
    assert len(body) == int(response.getheader("Content-Length"))


def test_the_reachability_check_is_answered_with_nothing():
    response, body = parsed(web.no_content(DATE))
    assert (response.status, body) == (204, b"")


def test_the_pages_are_of_the_kinds_they_claim():
    response, body = parsed(web.news(DATE))
    assert response.getheader("Content-Encoding") == "gzip"
    assert "<h1>I dag</h1>" in gzip.decompress(body).decode()
    assert json.loads(parsed(web.weather(DATE))[1])["place"] == "Trondheim"
    assert len(ET.fromstring(parsed(web.software(DATE))[1])) == 6


def test_the_picture_is_a_png_with_right_checksums():
    _, data = parsed(web.picture(DATE))
    at = 8
    names = []
    while at < len(data):
        length = int.from_bytes(data[at : at + 4], "big")
        name = data[at + 4 : at + 8]
        body = data[at + 8 : at + 8 + length]
        assert zlib.crc32(name + body) == int.from_bytes(data[at + 8 + length : at + 12 + length], "big")
        names.append(name)
        at += 12 + length
    assert names == [b"IHDR", b"IDAT", b"IEND"]


def test_the_innocent_pages_hold_no_value_of_the_phone():
    phone = invent()
    for page in (web.news, web.picture, web.weather, web.software):
        for value in (
            phone.imei1,
            phone.imei2,
            phone.imsi,
            phone.iccid,
            phone.mac,
            str(phone.cell),
            phone.owner,
        ):
            assert value.encode() not in page(DATE)
    assert phone.imei1.encode() not in web.get("www.avisa.example", "/", phone)
