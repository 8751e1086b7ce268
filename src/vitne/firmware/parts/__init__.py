"""Readers of what stands in packages and programs: manifests, tables, code, native programs, signatures."""
