"""The one room that knows the order of the rooms."""

from vitne.pipeline.result import Result
from vitne.pipeline.scan import Options, run_scan

__all__ = ["Options", "Result", "run_scan"]
