"""A timestamping authority of our own, made of openssl's commands."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

CONFIG = """
[tsa]
default_tsa = own
[own]
serial = ./serial
default_policy = 1.2.3.4.1
digests = sha256, sha512
accuracy = secs:1
signer_digest = sha256
ess_cert_id_alg = sha256
"""


def authority(folder: Path) -> Callable[[bytes], bytes]:
    """Make the keys of an authority (root.pem, other.pem) in a folder; give what answers a query."""

    def openssl(*arguments: str) -> None:
        subprocess.run(["openssl", *arguments], cwd=folder, check=True, capture_output=True)

    (folder / "conf").write_text(CONFIG)
    (folder / "serial").write_text("01\n")
    (folder / "ext").write_text(
        "extendedKeyUsage=critical,timeStamping\nkeyUsage=critical,digitalSignature\nbasicConstraints=CA:FALSE\n"
    )
    for name in ("root", "other"):
        openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", f"{name}.key", "-out", f"{name}.pem",
                "-subj", f"/CN={name} authority of a test", "-days", "3650")  # fmt: skip
    openssl(
        "req",
        "-newkey",
        "rsa:2048",
        "-nodes",
        "-keyout",
        "tsa.key",
        "-out",
        "tsa.csr",
        "-subj",
        "/CN=clock of a test",
    )
    openssl("x509", "-req", "-in", "tsa.csr", "-CA", "root.pem", "-CAkey", "root.key", "-out", "tsa.pem",
            "-days", "3650", "-extfile", "ext", "-set_serial", "7")  # fmt: skip

    def stamp(asked: bytes) -> bytes:
        (folder / "q").write_bytes(asked)
        openssl(
            "ts",
            "-reply",
            "-config",
            "conf",
            "-queryfile",
            "q",
            "-inkey",
            "tsa.key",
            "-signer",
            "tsa.pem",
            "-out",
            "r",
        )
        return (folder / "r").read_bytes()

    return stamp
