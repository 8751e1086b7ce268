"""Small images and packages to begin fuzzing with: the lab's, and those of public tools where they are."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from pathlib import Path

from vitne.lab.firmware import CLIENT, WEATHER
from vitne.lab.images import erofs, payload, sparse, super_image
from vitne.lab.packages import apk, archived, binary_xml, code, manifest, resources


def seeds() -> list[bytes]:
    """Give seeds: a byte that names the kind of file, then its bytes."""
    package = apk(WEATHER)
    small = erofs({"/a/b.apk": package, "/build.prop": b"ro.product.locale=nb-NO\n"})
    plain = apk(CLIENT, sign=False)
    raw = {
        "AndroidManifest.xml": binary_xml(manifest(CLIENT)),
        "resources.arsc": resources("a", CLIENT.strings, CLIENT.switches),
        "classes.dex": code(CLIENT.texts[:6], CLIENT.calls),
    }
    found = [
        (0, package),
        (0, plain),
        (0, archived(raw, stored=True)),
        (0, archived({"base.apk": package}, stored=True)),
        (1, small),
        (1, sparse(small)),
        (1, super_image({"system": small})[: (1 << 20) + len(small)]),
        (1, payload({"system": small}, delta=("none",))),
        (3, b"vdex006\0" + raw["classes.dex"]),
        (2, raw["classes.dex"]),
        (4, b"ro.product.locale=nb-NO\nx=http://a.example/\n"),
        *_public(),
    ]
    return [bytes((kind,)) + data for kind, data in found]


def _public() -> list[tuple[int, bytes]]:
    """Make small images with mke2fs and mkfs.erofs, where they are installed."""
    found = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "tree" / "app").mkdir(parents=True)
        (folder / "tree" / "app" / "a.apk").write_bytes(apk(WEATHER))
        (folder / "tree" / "texts.json").write_bytes(b'{"REGVER": "http://a.example/"}' * 400)
        image = folder / "image"
        for words in (
            (
                "mke2fs",
                "-q",
                "-t",
                "ext4",
                "-O",
                "^has_journal",
                "-N",
                "16",
                "-d",
                folder / "tree",
                image,
                "256k",
            ),
            ("mkfs.erofs", "--quiet", "-zlz4hc", image, folder / "tree"),
        ):
            tool = shutil.which(words[0]) or shutil.which(words[0], path="/usr/sbin:/sbin")
            image.unlink(missing_ok=True)
            if tool and subprocess.run([tool, *words[1:]], capture_output=True, check=False).returncode == 0:
                found.append((1, image.read_bytes()))
    return found
