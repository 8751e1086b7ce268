"""The doors of the catalog."""

from __future__ import annotations

import subprocess
import sys

from vitne import catalog
from vitne.model import IDENTIFIERS


def test_the_doors_give_the_files_once_and_sorted() -> None:
    names = [content.id for content in catalog.identifiers()]
    assert names == sorted(names)
    assert set(names) <= set(IDENTIFIERS)
    assert catalog.identifiers() is catalog.identifiers()
    assert "self-registration" in [sender.id for sender in catalog.senders()]
    assert catalog.fillers()
    assert catalog.quiet().keys
    assert "content-type-claims-encryption" in catalog.oddities()


def test_the_digest_is_a_sha256_and_the_same_every_time() -> None:
    assert len(catalog.digest()) == 64
    assert catalog.digest() == catalog.digest()


def test_import_reads_no_file() -> None:
    code = (
        "import sys\n"
        "seen = []\n"
        "import vitne.catalog\n"
        "sys.addaudithook(lambda name, args: seen.append(args[0]) if name == 'open' else None)\n"
        "import vitne.identify.candidates, vitne.identify.declared\n"
        "assert not [s for s in seen if str(s).endswith('.toml')], seen\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
