"""A firmware made by public tools alone: aapt, smali, apksigner, mkfs.erofs, img2simg; of invented components."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from tests.firmware.tree import ran, tool

from vitne.firmware import read_images
from vitne.lab.packages import _maker

_FRAMEWORK = Path("/usr/share/android-framework-res/framework-res.apk")
_JARS = Path("/usr/share/java")
_MANIFEST = """<manifest xmlns:android="http://schemas.android.com/apk/res/android" package="com.example.made"
    android:sharedUserId="android.uid.phone" android:versionCode="3" android:versionName="3.0">
  <uses-permission android:name="android.permission.READ_PRIVILEGED_PHONE_STATE"/>
  <uses-permission android:name="android.permission.INTERNET"/>
  <application android:usesCleartextTraffic="true">
    <receiver android:name=".Boot" android:enabled="@bool/on">
      <intent-filter><action android:name="android.intent.action.BOOT_COMPLETED"/></intent-filter>
    </receiver>
  </application>
</manifest>
"""
_VALUES = """<resources><bool name="on">false</bool><string name="server">https://made.example/nb</string></resources>
"""
_SMALI = """.class public Lcom/example/made/Boot;
.super Ljava/lang/Object;
.method public static a(Landroid/telephony/TelephonyManager;)Ljava/lang/String;
.registers 4
{texts}
invoke-virtual {{p0}}, Landroid/telephony/TelephonyManager;->getImei()Ljava/lang/String;
move-result-object v0
return-object v0
.end method
"""


def _package(folder: Path) -> Path:
    from cryptography.hazmat.primitives import serialization

    if not _FRAMEWORK.is_file() or not (_JARS / "smali.jar").is_file():
        pytest.skip("android-framework-res or libsmali-java is not installed (Debian packages)")
    (folder / "res" / "values").mkdir(parents=True)
    (folder / "res" / "values" / "a.xml").write_text(_VALUES)
    (folder / "AndroidManifest.xml").write_text(_MANIFEST)
    names = ("REGVER", "MEID", "SIM1ICCID", "IMEI1", "MACID", "REGDATE")
    texts = "\n".join(f'const-string v0, "{name}"' for name in names)
    (folder / "Boot.smali").write_text(_SMALI.format(texts=texts))
    sources = ("-M", folder / "AndroidManifest.xml", "-S", folder / "res", "-I", _FRAMEWORK)
    ran(tool("aapt"), "package", *sources, "-F", folder / "made.apk")
    code = folder / "classes.dex"
    ran(tool("java"), "-cp", f"{_JARS}/*", "org.jf.smali.Main", "a", "-o", code, folder / "Boot.smali")
    ran("sh", "-c", f"cd '{folder}' && '{tool('aapt')}' add made.apk classes.dex")
    key, der = _maker()
    pem = serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    (folder / "key").write_bytes(key.private_bytes(*pem))
    (folder / "cert").write_bytes(der)
    keys = ("--key", folder / "key", "--cert", folder / "cert", "--min-sdk-version", "24")
    ran(tool("apksigner"), "sign", *keys, "--out", folder / "signed.apk", folder / "made.apk")
    return folder / "signed.apk"


def test_a_package_in_a_compressed_file_system_in_a_sparse_image_is_read_whole(tmp_path: Path) -> None:
    tools = tool("mkfs.erofs"), tool("img2simg")
    package = _package(tmp_path)
    (tmp_path / "tree" / "priv-app" / "Made").mkdir(parents=True)
    shutil.copy(package, tmp_path / "tree" / "priv-app" / "Made" / "Made.apk")
    (tmp_path / "tree" / "build.prop").write_text("ro.product.locale=nb-NO\n")
    ran(tools[0], "--quiet", "-zlz4hc", tmp_path / "raw.img", tmp_path / "tree")
    ran(tools[1], tmp_path / "raw.img", tmp_path / "system.img")
    found = read_images([tmp_path / "system.img"])
    assert found.not_read == ()
    [unit] = found.units
    assert (unit.name, unit.version, unit.shared_uid) == ("com.example.made", "3.0 (3)", "android.uid.phone")
    [receiver] = unit.components
    assert (receiver.name, receiver.wakes) == ("com.example.made.Boot", ("boot",))
    assert receiver.enabled == "false (bool/on)"
    assert {each.gives for each in unit.calls} == {"imei"}
    [endpoint] = unit.endpoints
    assert endpoint.host == "made.example"
    assert endpoint.spots[0].entry == "string/server"
    assert unit.senders[0].id == "self-registration"
    assert {each.scheme for each in unit.signers} == {"v1", "v2", "v3"}
    assert [odd.name for odd in found.oddities] == ["firmware-other-market"]
