"""Replies of timestamping authorities whose certificates stand in another order than DER wants.

``certificates`` of a SignedData is a SET OF, which DER sorts by the encodings (X.690 section 11.6; RFC 5652
section 5.1).  Authorities that run ``openssl ts`` with ``certs`` write them as configured, and standard tools
read that; a strict reader does not.  The field is not signed, so that it can be sorted before it is read.
"""

from __future__ import annotations

from vitne.model import Malformed

_CERTIFICATES = 0xA0  # [0] IMPLICIT, in SignedData and around the content of ContentInfo
_SEQUENCE = 0x30
_MOST = 100  # elements of one level


def sorted_certificates(reply: bytes) -> bytes:
    """Give a TimeStampResp with the certificates of its token in the order of DER; as it is if it has none.

    Raises Malformed where it is none in DER.
    """
    outer = _elements(reply, 0, len(reply))
    if len(outer) != 1 or reply[0] != _SEQUENCE:
        raise Malformed("this is no reply in DER", at=0)
    response = _inside(reply, outer[0])  # status, timeStampToken
    if len(response) < 2:
        return reply
    token = _inside(reply, response[1])  # contentType, [0] content
    if len(token) != 2:
        raise Malformed("the token holds no content", at=response[1][0])
    content = _inside(reply, token[1])
    if not content:
        raise Malformed("the token holds no content", at=token[1][0])
    for start, body, end in _inside(reply, content[0]):
        if reply[start] == _CERTIFICATES:
            each = sorted(reply[low:high] for low, _, high in _elements(reply, body, end))
            return reply[:body] + b"".join(each) + reply[end:]
    return reply


def _inside(data: bytes, element: tuple[int, int, int]) -> list[tuple[int, int, int]]:
    _, body, end = element
    return _elements(data, body, end)


def _elements(data: bytes, at: int, end: int) -> list[tuple[int, int, int]]:
    """Give start, start of the content and end of each element between two places."""
    found: list[tuple[int, int, int]] = []
    while at < end:
        if len(found) == _MOST:
            raise Malformed("too many elements", at=at)
        if at + 2 > end:
            raise Malformed("an element is cut off", at=at)
        length, body = data[at + 1], at + 2
        if length & 0x80:
            count = length & 0x7F
            if not 1 <= count <= 4 or body + count > end:
                raise Malformed("a length is none of DER", at=at + 1)
            length = int.from_bytes(data[body : body + count], "big")
            body += count
        if body + length > end:
            raise Malformed("an element is cut off", at=at)
        found.append((at, body, body + length))
        at = body + length
    return found
