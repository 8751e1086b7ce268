"""Two firmwares of the invented phone of 2019: with the activation client of another market, and without.

Every component is invented; the client holds the marks of the record that the demonstration sends
(docs/notes/self-registration.md), and the host of the demonstration.
"""

from __future__ import annotations

from pathlib import Path

import msgspec

from vitne.lab.images import erofs, sparse, super_image
from vitne.lab.packages import Package, apk, code
from vitne.lab.sender import HOST

_T = "android.telephony.TelephonyManager"
_FIELDS = (
    *("REGVER", "MEID", "MODEL", "SWVER", "SIM1CDMAIMSI", "UETYPE", "SIM1ICCID", "SIM1LTEIMSI", "SIM1TYPE"),
    *("SIM2CDMAIMSI", "SIM2ICCID", "SIM2LTEIMSI", "SIM2TYPE", "MACID", "OSVER", "ROM", "RAM", "IMEI1"),
    *("IMEI2", "SIM1CELLID", "SIM2CELLID", "DATASIM", "SIM1VoLTESW", "ACCESSTYPE", "REGDATE"),
)
_PHONE = ("android.permission.INTERNET", "android.permission.RECEIVE_BOOT_COMPLETED")
CLIENT = Package(
    name="com.example.autoregistration",
    texts=(*_FIELDS, f"http://{HOST}", "application/encrypted-json", "898603", "898611", "resultCode"),
    calls=(
        (_T, "getImei"),
        (_T, "getSubscriberId"),
        (_T, "getSimSerialNumber"),
        (_T, "getAllCellInfo"),
        ("android.net.wifi.WifiInfo", "getMacAddress"),
        ("java.net.URL", "openConnection"),
    ),
    permissions=(
        *_PHONE,
        "android.permission.READ_PHONE_STATE",
        "android.permission.ACCESS_WIFI_STATE",
        "android.permission.ACCESS_COARSE_LOCATION",
    ),
    receivers=(
        (
            ".AutoRegReceiver",
            (
                "android.intent.action.BOOT_COMPLETED",
                "android.net.conn.CONNECTIVITY_CHANGE",
                "android.intent.action.SIM_STATE_CHANGED",
                "android.intent.action.SERVICE_STATE",
            ),
        ),
    ),
    services=(".RegistrationService",),
    shared_uid="android.uid.phone",
    strings=(("app_name", "Auto registration"), ("server", f"http://{HOST}/")),
    switches=(("register_enabled", True), ("register_roaming", True)),
    version=(27, "8.1.0"),
)
WEATHER = Package(
    name="com.example.vaer",
    texts=("https://api.vaer.example/v2/forecast", "latitude", "longitude", "device_id", "forecast"),
    calls=(("android.location.LocationManager", "getLastKnownLocation"), ("java.net.URL", "openConnection")),
    permissions=("android.permission.INTERNET", "android.permission.ACCESS_FINE_LOCATION"),
    receivers=((".Refresh", ("android.net.conn.CONNECTIVITY_CHANGE",)),),
    strings=(("app_name", "Været"),),
    version=(412, "4.1.2"),
)
CALCULATOR = Package(
    name="com.example.kalkulator",
    texts=("sum", "product", "https://www.w3.org/1998/Math/MathML"),
    strings=(("app_name", "Kalkulator"),),
    version=(3, "1.0.2"),
)
_PROPERTIES = (
    "# begin build properties\nro.build.id=00WW\nro.build.display.id={display}\nro.product.model=TA 0000\n"
    "ro.product.manufacturer=Invented\nro.product.locale=nb-NO\nro.build.version.release=8.1.0\n"
    "persist.vendor.radio.registration.enabled={switch}\n"
)


class FirmwareFiles(msgspec.Struct, frozen=True, kw_only=True):
    """The two images."""

    with_client: Path
    without_client: Path


def make(folder: Path) -> FirmwareFiles:
    """Write ``firmware-with.img`` and ``firmware-without.img`` into a folder, made where it is missing."""
    folder.mkdir(parents=True, exist_ok=True)
    files = FirmwareFiles(
        with_client=folder / "firmware-with.img", without_client=folder / "firmware-without.img"
    )
    files.with_client.write_bytes(image(client=True))
    files.without_client.write_bytes(image(client=False))
    return files


def image(*, client: bool) -> bytes:
    """Give a sparse image of a super image with two file systems."""
    return sparse(super_image({"system_a": erofs(system(client=client)), "vendor_a": erofs(_vendor())}))


def system(*, client: bool) -> dict[str, bytes]:
    """Give the files of the system partition."""
    display = "00WW_0_00X_SP00" if client else "00WW_0_00X_SP01"
    told = _PROPERTIES.format(display=display, switch=str(client).lower())
    files = {
        "/system/build.prop": told.encode(),
        "/system/app/Vaer/Vaer.apk": apk(WEATHER),
        "/system/app/Kalkulator/Kalkulator.apk": apk(CALCULATOR),
        "/system/framework/services.dex": code(["time.example.com", "boot"]),
        "/system/etc/hosts": b"127.0.0.1 localhost\n",
    }
    if client:
        files["/system/priv-app/AutoReg/AutoReg.apk"] = apk(CLIENT)
    return files


def _vendor() -> dict[str, bytes]:
    return {
        "/build.prop": b"ro.product.vendor.model=TA 0000\n",
        "/etc/gps.conf": b"NTP_SERVER=time.example\n",
    }
