"""Signaling: people, sessions, tokens, and the doors to the outside.

Imports recording and media, never the reverse.
"""
