"""What carries a few neutral words to who is not here: mail, a push service, or a folder."""
