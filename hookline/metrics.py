"""The figures that Hookline keeps of itself, as Prometheus reads them.

Upstream's metric names are used where they mean the same (prefix `argo_events_`); Hookline's own
begin with `hookline_`. One object is built by the roof and handed down.
"""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)


class Metrics:
    """All counters, gauges and histograms of one process, in a registry of their own."""

    def __init__(self, namespace: str = "default") -> None:
        self.registry = CollectorRegistry()
        self.namespace = namespace
        source = ("namespace", "eventsource_name", "event_name")
        trigger = ("namespace", "sensor_name", "trigger_name")
        self._sources(source)
        self._answers(source)
        self._triggers(trigger)
        self._bus(trigger)

    def _sources(self, labels: tuple[str, ...]) -> None:
        self.running = Gauge(
            "argo_events_event_service_running_total",
            "Events of an event source that are listened for.",
            labels[:2],
            registry=self.registry,
        )
        self.sent = Counter(
            "argo_events_events_sent_total", "Events stored.", labels, registry=self.registry
        )
        self.sent_failed = Counter(
            "argo_events_events_sent_failed_total",
            "Events that the bus did not take in time.",
            labels,
            registry=self.registry,
        )
        self.processing_failed = Counter(
            "argo_events_events_processing_failed_total",
            "Happenings that did not become an event, the bus's refusals included.",
            labels,
            registry=self.registry,
        )
        self.duplicates = Counter(
            "hookline_events_duplicate_total",
            "Events that a sender repeated under one id.",
            labels,
            registry=self.registry,
        )
        self.filtered = Counter(
            "hookline_events_filtered_total",
            "Events that their source's own filter dropped.",
            labels,
            registry=self.registry,
        )
        self.unjudged = Counter(
            "hookline_event_filter_errors_total",
            "Events that their source's own filter could not judge; they are kept.",
            labels,
            registry=self.registry,
        )

    def _answers(self, labels: tuple[str, ...]) -> None:
        self.requests = Counter(
            "hookline_http_answers_total",
            "HTTP answers of webhooks by status.",
            ("namespace", "port", "status"),
            registry=self.registry,
        )
        self.publish_seconds = Histogram(
            "hookline_event_publish_seconds",
            "From a request's last byte to JetStream's acknowledgement.",
            labels,
            buckets=_BUCKETS,
            registry=self.registry,
        )

    def _triggers(self, labels: tuple[str, ...]) -> None:
        self.triggered = Counter(
            "argo_events_action_triggered_total",
            "Attempts of a trigger that worked.",
            labels,
            registry=self.registry,
        )
        self.failed = Counter(
            "argo_events_action_failed_total",
            "Attempts of a trigger that failed.",
            labels,
            registry=self.registry,
        )
        self.gave_up = Counter(
            "argo_events_action_retries_failed_total",
            "Events that a trigger gave up.",
            labels,
            registry=self.registry,
        )
        self.decisions = Counter(
            "hookline_decisions_total",
            "Decisions recorded, by verdict.",
            (*labels, "verdict"),
            registry=self.registry,
        )
        self.action_seconds = Histogram(
            "hookline_action_seconds",
            "How long an action took.",
            labels,
            buckets=_BUCKETS,
            registry=self.registry,
        )
        self.event_seconds = Histogram(
            "hookline_event_to_decision_seconds",
            "From storing an event to its decision.",
            labels,
            buckets=(*_BUCKETS, 30.0, 60.0, 300.0, 3600.0),
            registry=self.registry,
        )

        self.active = Gauge(
            "hookline_active_workflows",
            "Workflows of a trigger with `maxActive` that are not finished.",
            labels,
            registry=self.registry,
        )

    def _bus(self, labels: tuple[str, ...]) -> None:
        self.backlog = Gauge(
            "hookline_backlog_events",
            "Events stored that a trigger has not finished.",
            labels,
            registry=self.registry,
        )
        self.oldest = Gauge(
            "hookline_backlog_oldest_seconds",
            "Age of the oldest event that a trigger has not finished.",
            labels,
            registry=self.registry,
        )
        self.dead_letters = Gauge(
            "hookline_dead_letters", "Dead letters kept.", ("namespace",), registry=self.registry
        )
        self.unmatched = Gauge(
            "hookline_events_unmatched",
            "Events in the stream that no trigger wants.",
            ("namespace",),
            registry=self.registry,
        )
        self.lost = Gauge(
            "hookline_events_lost",
            "Events removed from the stream before a trigger had finished them.",
            ("namespace",),
            registry=self.registry,
        )
        self.degraded = Gauge(
            "hookline_degraded",
            "1 for each reason why this process is degraded.",
            ("namespace", "reason"),
            registry=self.registry,
        )
