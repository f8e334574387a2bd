"""RTP to frames. Pure; see :mod:`recording.samples.frame`."""
