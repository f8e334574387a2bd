"""RTP and RTCP on the wire: parse and build, never guess. Pure."""
