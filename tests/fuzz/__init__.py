"""Fuzzing: what a stranger can send, bent until something escapes. ``make fuzz``."""
