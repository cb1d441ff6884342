"""What can go wrong around the services, said in sentences that tell what to do."""


class Trouble(Exception):
    """Something a person can mend; its text is shown as it stands, never with a traceback."""


class PortTaken(Trouble):
    """A port that is needed is in use by somebody else."""

    def __init__(self, port: int, wanted_for: str, setting: str | None) -> None:
        remedy = f"set {setting} to a free port" if setting else "stop the program that holds it"
        super().__init__(f"Port {port} on 127.0.0.1, wanted for {wanted_for}, is taken by another program: {remedy}.")
        self.port = port


class CannotObtain(Trouble):
    """An engine could not be downloaded or built."""


class CannotStart(Trouble):
    """A process ended, or said nothing, before it was usable."""


class NoRoom(Trouble):
    """A folder cannot be written: no space left, read-only, or not ours."""
