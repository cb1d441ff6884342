"""The way out: a mail server by SMTP, and a folder that keeps a copy of every mail."""

from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path
from typing import Protocol
from urllib.parse import unquote, urlsplit

import aiosmtplib

from services.notify.domain import Mail
from shared.errors import Unavailable

__all__ = ["MailServer", "Outbox", "Refused", "Way", "ways"]


PERMANENT = 500
CLOSING = 421
"""The server's answer to anything while it goes down: about itself, not about the mail."""


class Refused(Exception):
    """The server took the connection and said no to this mail; its answer is the reason.

    `for_good` where it will say so again (5yz), unlike a full mailbox or greylisting (4yz; RFC 5321, 4.2.1).
    """

    def __init__(self, code: int) -> None:
        super().__init__(str(code))
        self.for_good = code >= PERMANENT


class Way(Protocol):
    async def send(self, mail: Mail) -> None:
        """Raises `Refused` for this mail alone, `Unavailable` where the way itself is closed."""
        ...


class Outbox:
    """A folder: one file for each message, so a second copy replaces the first."""

    def __init__(self, folder: Path, sender: str) -> None:
        self._folder = folder
        self._sender = sender

    async def send(self, mail: Mail) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        part = self._folder / f".{mail.id}.part"
        part.write_bytes(written(mail, self._sender).as_bytes(policy=SMTP))
        part.rename(self._folder / f"{mail.id}.eml")


class MailServer:
    """A no to the recipient or to the text is about the mail; to the greeting, the password or the sender, about us."""

    def __init__(self, url: str, sender: str) -> None:
        address = urlsplit(url)
        self._host = address.hostname or "127.0.0.1"
        self._port = address.port or 25
        self._user = unquote(address.username) if address.username else None
        self._password = unquote(address.password) if address.password else None
        self._sender = sender

    async def send(self, mail: Mail) -> None:
        try:
            await aiosmtplib.send(
                written(mail, self._sender),
                hostname=self._host,
                port=self._port,
                username=self._user,
                password=self._password,
                start_tls=None,
                timeout=10,
            )
        except aiosmtplib.SMTPRecipientsRefused as no:
            raise _answered(no.recipients[0].code) from no
        except aiosmtplib.SMTPDataError as no:
            raise _answered(no.code) from no
        except (aiosmtplib.SMTPException, OSError) as away:
            raise Unavailable(f"the mail server is away: {type(away).__name__}") from away


def _answered(code: int) -> Refused | Unavailable:
    return Unavailable("the mail server is going down") if code == CLOSING else Refused(code)


def written(mail: Mail, sender: str) -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = sender, mail.to, mail.subject
    message["Message-ID"] = f"<{mail.id}@motcua>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(mail.text)
    return message


def ways(smtp_url: str, outbox: str, sender: str) -> list[Way]:
    """The outbox first: what it cannot keep is not sent."""
    found: list[Way] = [Outbox(Path(outbox), sender)] if outbox else []
    return [*found, MailServer(smtp_url, sender)] if smtp_url else found
