"""Rooms, participants, grants and messages. Pure: no clock, socket, log or library in here."""
