"""Traces: one sampler for all; off means no SDK at all. By hand, so an unsampled request pays next to nothing."""

from collections.abc import Generator
from contextlib import contextmanager

from opentelemetry import context, trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter
from opentelemetry.sdk.trace.sampling import ParentBased, TraceIdRatioBased
from opentelemetry.trace import SpanKind
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

__all__ = ["continued", "provider", "traceparent"]

_PROPAGATOR = TraceContextTextMapPropagator()
TRACE = 35
"""So many characters of a `traceparent` name its trace."""


def provider(service: str, share: float, *, otlp_url: str = "", exporter: SpanExporter | None = None) -> TracerProvider:
    """A tracer provider that samples `share` of the traces that begin here, and all that a sampled parent began."""
    made = TracerProvider(
        sampler=ParentBased(TraceIdRatioBased(share)), resource=Resource.create({"service.name": service})
    )
    if exporter or otlp_url:
        out = exporter or OTLPSpanExporter(endpoint=f"{otlp_url.rstrip('/')}/v1/traces")
        made.add_span_processor(BatchSpanProcessor(out))
    return made


def traceparent(cause: str = "") -> str:
    """The current span as a W3C `traceparent`. What has a cause stays in the cause's trace, whatever runs around it."""
    span = trace.get_current_span().get_span_context()
    if not span.is_valid:
        return cause
    current = f"00-{span.trace_id:032x}-{span.span_id:016x}-{span.trace_flags:02x}"
    return cause if cause and current[:TRACE] != cause[:TRACE] else current


@contextmanager
def continued(parent: str, name: str, kind: SpanKind, tracing: TracerProvider | None) -> Generator[None]:
    """A span in the trace of `parent`, where that is sampled; else none, and what follows is of no other trace."""
    if tracing is None:
        yield
        return
    within = _PROPAGATOR.extract({"traceparent": parent}, context.Context())
    if parent.endswith("1"):
        with tracing.get_tracer("motcua").start_as_current_span(name, within, kind):
            yield
        return
    token = context.attach(within)
    try:
        yield
    finally:
        context.detach(token)
