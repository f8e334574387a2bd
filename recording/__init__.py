"""Consented recording: one more subscriber, admitted by a permit.

A thread of the engine's process turns what a call carries into files, one for each person and
medium, sealed from their first byte. Nothing is decoded, and nothing is sent.
"""
