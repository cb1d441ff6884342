"""The outside world of intake."""
