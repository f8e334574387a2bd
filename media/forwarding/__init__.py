"""From a publisher's packet to its subscribers'. Pure; ``now`` is an argument."""
