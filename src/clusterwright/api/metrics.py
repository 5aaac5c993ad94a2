"""What Prometheus asks for."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from prometheus_client import CollectorRegistry, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from clusterwright.service import clusters
from clusterwright.service.core import Core
from clusterwright.service.views import Phase


class Metrics:
    """Counters of this process; what is in the database is read when asked."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.passes = Histogram(
            "clusterwright_pass_seconds",
            "Passes over clusters, and how long they took.",
            registry=self.registry,
        )

    def timed(self, handler: Callable[[str], None]) -> Callable[[str], None]:
        """The handler of passes, counted."""

        def run(uid: str) -> None:
            with self.passes.time():
                handler(uid)

        return run

    def watch(self, core: Core) -> None:
        self.registry.register(Phases(core))

    def text(self) -> bytes:
        return generate_latest(self.registry)


class Phases(Collector):
    def __init__(self, core: Core) -> None:
        self.core = core

    def describe(self) -> Iterable[Metric]:
        return [GaugeMetricFamily("clusterwright_clusters", "Clusters by phase.", labels=["phase"])]

    def collect(self) -> Iterable[Metric]:
        counts = clusters.count_by_phase(self.core)
        family = GaugeMetricFamily("clusterwright_clusters", "Clusters by phase.", labels=["phase"])
        for phase in Phase:
            family.add_metric([phase.value], counts.get(phase.value, 0))
        yield family
