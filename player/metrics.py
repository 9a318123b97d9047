"""Counters of the HTTP side, in a registry of their own: two daemons in one process do not share them."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.exposition import generate_latest

# Group commit takes a few milliseconds on a fast disk; past 1 s viewers notice.
_WAITS_S = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10)


class Metrics:
    """Thread-safe. The daemon may add its own collectors to `registry`."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "mediad_http_requests", "Requests answered", ("route", "status"), registry=self.registry
        )
        self.deliveries = Counter(
            "mediad_deliveries", "Deliveries of footage logged", ("item", "source"), registry=self.registry
        )
        self.delivered_bytes = Counter("mediad_delivered_bytes", "Bytes of footage sent", registry=self.registry)
        self.log_wait = Histogram(
            "mediad_delivery_log_seconds",
            "Wait for a durable entry",
            buckets=_WAITS_S,
            registry=self.registry,
        )
        self.undelivered = Counter(
            "mediad_undelivered_milliseconds",
            "Media time that players claim to have shown but were never handed: an alarm",
            registry=self.registry,
        )
        self.viewings = Gauge("mediad_open_viewings", "Viewings that are open", registry=self.registry)
        self.unsealed = Gauge(
            "mediad_unsealed_recordings",
            "Recordings of rooms that could not be sealed",
            ("state",),
            registry=self.registry,
        )
        self.cut = Counter(
            "mediad_http_cut",
            "Connections that were cut: a request came too slowly, or others needed the room",
            ("why",),
            registry=self.registry,
        )
        self.refusals = Counter("mediad_viewing_refusals", "Viewings refused", registry=self.registry)

    def text(self) -> bytes:
        return generate_latest(self.registry)
