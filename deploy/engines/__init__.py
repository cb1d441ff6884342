"""MongoDB, Kafka, MinIO and Mailpit without Docker: obtained once, started in seconds, gone with their parent."""

from deploy.engines.cache import Watch, unwatched
from deploy.engines.engines import ALL, Engine, Engines, obtain

__all__ = ["ALL", "Engine", "Engines", "Watch", "obtain", "unwatched"]
