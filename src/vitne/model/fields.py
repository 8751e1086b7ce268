"""What one field of one message held: what learning and comparing by identity look at."""

from __future__ import annotations

import msgspec


class FieldValue(msgspec.Struct, frozen=True, kw_only=True):
    """One value of one named field, or of one part, in one message.  Holds values of persons as they are."""

    capture: str  # SHA-256 of the capture, lower-case hex
    frame: int  # first frame of the message, from 1
    flow: int  # number of the flow
    time_ns: int  # nanoseconds UTC of that frame
    device: str  # key of the device: link or network address
    host: str  # name of the far end, else its address
    protocol: str  # name of the decoder
    message: str  # what kind of message it is: "request POST /v1/log", without digits that vary
    sent: bool  # the device sent it; else it received it
    path: str  # way to the field: "body > base64 > json: a.b[].c"
    name: str  # the sender's own name, "" for a part without names
    value: bytes  # as it stands in the innermost layer
    content_type: str = ""  # declared media type of the message
    layers: tuple[str, ...] = ()  # codecs from the part down to the field


__all__ = ["FieldValue"]
