"""The catalogue and the offices as they are shipped: data files, read once at start."""
