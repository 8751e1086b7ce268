"""Twin of vitne.pipeline.document: the document follows its schema and tells no path of this machine."""

from __future__ import annotations

from typing import TYPE_CHECKING

import jsonschema
import msgspec

from tests.pipeline.talk import IMEI, Talk, post, subject
from vitne import scan
from vitne.cli.names import schemas
from vitne.pipeline.document import SCHEMA, document

if TYPE_CHECKING:
    from pathlib import Path


def test_the_document_follows_the_published_schema_and_holds_no_path(tmp_path: Path) -> None:
    talk = Talk()
    talk.ask(post(b'{"imei": "' + IMEI.encode() + b'"}'))
    result = scan(talk.write(tmp_path / "a.pcap"), subject=subject(tmp_path))
    made = msgspec.json.decode(msgspec.json.encode(document(result)))
    jsonschema.validate(made, msgspec.json.decode(schemas()["scan"]))
    assert made["schema"] == SCHEMA
    assert [one["identifier"] for one in made["findings"]].count("imei") == 1
    assert str(tmp_path) not in msgspec.json.encode(made).decode()
