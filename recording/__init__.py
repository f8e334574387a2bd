"""Consented recording: one more subscriber, admitted by a permit.

Nothing records yet: what is here is what a recording will lie in, sealed.
"""
