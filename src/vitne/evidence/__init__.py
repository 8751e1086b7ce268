"""Custody of a case: its ledger, the sealed bag, and the check that anybody can make of it.

Reads finished cases only.  Whoever calls gives clock, keys and chance; nothing here asks for them.
"""
