"""Mailpit: a real SMTP server that keeps what it gets and shows it on a page."""

from pathlib import Path

from deploy.engines.network import HOST, answers
from deploy.engines.process import Process


class Mailpit(Process):
    """SMTP on one port, its page on another."""

    def __init__(
        self, program: Path, data: Path, ports: tuple[int, int], settings: tuple[str, str] | None = None
    ) -> None:
        self.data = data / "mailpit"
        self.smtp, self.port = ports
        super().__init__(
            "Mailpit",
            [
                *(str(program), "--smtp", f"{HOST}:{self.smtp}", "--listen", f"{HOST}:{self.port}"),
                *("--database", str(self.data / "mail.db"), "--disable-version-check", "--quiet"),
            ],
            data / "logs" / "mailpit.log",
            ports=dict(zip(ports, settings or (None, None), strict=True)),
        )

    def prepare(self) -> None:
        self.data.mkdir(parents=True, exist_ok=True)

    def usable(self) -> bool:
        return answers(self.port, "/readyz")
