"""The compiled kernel: record index, packet walk, reassembly.

Plain C behind ctypes; bounds-checked throughout.

A room of its own below intake and reassemble, because both need it and neither may import the other.
"""
