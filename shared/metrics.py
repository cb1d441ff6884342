"""What Prometheus reads of a service: on its own port, and not through the gateway."""

from collections.abc import Iterator

from fastapi import Request, Response
from fastapi.responses import PlainTextResponse
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, Metric, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily

from shared import door
from shared.auth import Anyone
from shared.bus import Ear
from shared.relay import Relay

__all__ = ["router"]

router = door.router(tags=["health"])


class _Heart:
    """The bus and the relay of one service as metrics."""

    def __init__(self, ears: list[Ear], relay: Relay, pending: int) -> None:
        self._ears = ears
        self._relay = relay
        self._pending = pending

    def collect(self) -> Iterator[Metric]:
        yield GaugeMetricFamily("motcua_pending", "Aggregates with events that the bus has not taken", self._pending)
        yield GaugeMetricFamily("motcua_held", "Events held in memory for the bus", self._relay.held)
        yield CounterMetricFamily("motcua_published", "Events that the bus has taken", self._relay.published)
        for name, about in (
            ("handled", "Events handled"),
            ("parked", "Parked"),
            ("faults", "Parked for a fault of ours"),
        ):
            family = CounterMetricFamily(f"motcua_{name}", about, labels=["topic"])
            for ear in self._ears:
                family.add_metric([ear.topic], getattr(ear, name))
            yield family
        held = GaugeMetricFamily("motcua_topic_held", "1 where a topic is held after too many faults", labels=["topic"])
        for ear in self._ears:
            held.add_metric([ear.topic], bool(ear.held_because))
        yield held


@router.get("/metrics", response_class=PlainTextResponse)
async def metrics(_: Anyone, request: Request) -> Response:
    """Everything that is counted; 503 while the store is away, as a scrape that fails is an alarm too."""
    frame = request.app.state.frame
    mine = CollectorRegistry()
    mine.register(_Heart(frame.bus.ears, frame.relay, await frame.pending()))
    return Response(generate_latest(mine) + generate_latest(REGISTRY), media_type=CONTENT_TYPE_LATEST)
