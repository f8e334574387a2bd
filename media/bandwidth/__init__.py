"""Send-side bandwidth estimation toward one subscriber, pure (draft-ietf-rmcat-gcc-02)."""
