"""The data plane: endpoints, tracks and packets. Knows no people, rooms by opaque key only."""
