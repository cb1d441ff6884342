"""What the four services have in common: the heart (repository, relay, bus), contracts, frame. Knows no service."""
