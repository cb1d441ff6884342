"""What the tests need of Debian beside what the platform itself needs."""

__all__ = ["NEEDED"]

NEEDED = "The tests need Chromium and ClamAV besides: `apt-get install chromium clamav-daemon`."
