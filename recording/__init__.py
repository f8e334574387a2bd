"""Consented recording: one more subscriber, admitted by a permit.

Nothing records yet. The package stands here so that the one arrow (signaling -> recording -> media)
is checked from the first day.
"""
