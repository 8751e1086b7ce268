"""Logs of the device and marks of a person become device events, each with its place and its doubts."""

from vitne.events.device_log import DeviceLog, Hints, Remark, merged

__all__ = ["DeviceLog", "Hints", "Remark", "merged"]
