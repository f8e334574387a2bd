"""The laboratory of development mode: bad networks on purpose, on this machine alone."""
