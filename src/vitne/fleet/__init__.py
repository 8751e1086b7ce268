"""Fleets: many captures of many devices, worked through side by side, and what senders have in common.

The doors are ``read_manifest()``, ``work_through()``, ``write_dataset()`` and ``explain()``.
"""

from vitne.fleet.explaining import explain
from vitne.fleet.manifest import Handset, read_manifest
from vitne.fleet.shape import SCHEMA, FleetReport
from vitne.fleet.task import Settings
from vitne.fleet.working import work_through

__all__ = ["SCHEMA", "FleetReport", "Handset", "Settings", "explain", "read_manifest", "work_through"]
