"""Consent to be recorded: who was asked what, who agreed, what may be captured by that. Pure."""
