"""Reading firmware: images and packages become a document of what could send.

The doors are ``read_images()`` and the shape of its document.
"""

from vitne.firmware.reading import read_images
from vitne.firmware.shape import SCHEMA, Firmware

__all__ = ["SCHEMA", "Firmware", "read_images"]
