"""The capture door: files as received become Captures and the columns of their records."""

from vitne.intake.order import arrange
from vitne.intake.reader import CaptureReader, open_capture, open_captures
from vitne.intake.unpack import UnpackLimits

__all__ = ["CaptureReader", "UnpackLimits", "arrange", "open_capture", "open_captures"]
