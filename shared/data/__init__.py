"""Tables that every service reads: days off and their names, swaps, the provinces of citizen numbers."""
