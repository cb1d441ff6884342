"""How fast the platform is, beside floors: raw-library programs that write the same. `make bench`; see `__main__`."""
