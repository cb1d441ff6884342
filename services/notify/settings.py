"""Notify's own settings, on top of the common ones."""

from dataclasses import dataclass

from shared.settings import Settings, told

__all__ = ["NotifySettings"]


@dataclass(frozen=True, slots=True, kw_only=True)
class NotifySettings(Settings):
    smtp_url: str = told("the mail server, smtp://[user:password@]host:port; empty: only the outbox", "", secret=True)
    outbox: str = told("a folder that keeps a copy of every mail as .eml; empty: none", "")
    sender: str = told("the From of every mail", "mot-cua@lamdong.example")
    lease: float = told("seconds that one sender may take for a mail before another tries", 60.0)
    send_rate: int = told("mails per second at most, as the provider allows", 50)
