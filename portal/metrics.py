"""Figures for Prometheus at `/metrics`, for whoever brings METRICS_TOKEN; without it no such page.

What requests cost is counted as they are answered, each worker into a file of its own
(PROMETHEUS_MULTIPROC_DIR, made by gunicorn.conf.py). What the site has and how it is, is read when
Prometheus asks.
"""

import logging
import os
import platform
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from time import perf_counter

import django
from django.conf import settings
from django.core.exceptions import MiddlewareNotUsed
from django.http import Http404, HttpResponse
from django.utils.crypto import constant_time_compare
from django.utils.dateparse import parse_datetime
from django.views import defaults
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import CollectorRegistry, Counter, Histogram, exposition, multiprocess
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, InfoMetricFamily, Metric

from portal import backup, figures, health, running
from portal.admin_access import is_below_admin
from portal.models import MaintenanceJob

logger = logging.getLogger(__name__)
_METHODS = {"GET", "HEAD", "POST"}
_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)

_registry = CollectorRegistry()
_requests = Counter("portal_requests", "Answers.", ["method", "page", "status"], registry=_registry)
_seconds = Histogram(
    "portal_request_seconds", "Time to an answer.", ["page"], buckets=_BUCKETS, registry=_registry
)
_queries = Counter("portal_queries", "Queries to the database.", ["page"], registry=_registry)
_query_seconds = Counter("portal_query_seconds", "Their time.", ["page"], registry=_registry)


# ── What requests cost ──────────────────────────────────────────────────────────────────────────
class Measured:
    """Count every answer and its time; no part of the site without METRICS_TOKEN."""

    def __init__(self, get_response):
        if not settings.METRICS_TOKEN:
            raise MiddlewareNotUsed
        self.get_response = get_response

    def __call__(self, request):
        began = perf_counter()
        response = self.get_response(request)
        taken = perf_counter() - began
        page = _page_of(request)
        method = request.method if request.method in _METHODS else "other"
        _answers_of(method, page, response.status_code).inc()
        seconds, queries, query_seconds = _costs_of(page)
        seconds.observe(taken)
        if request.query_count:
            queries.inc(request.query_count)
            query_seconds.inc(request.query_seconds)
        return response


def _page_of(request) -> str:
    """The kind of page, "news:article_detail": few values, whatever strangers ask for."""
    match = getattr(request, "resolver_match", None)
    if match is None:
        return "static" if request.path.startswith(settings.STATIC_URL) else "none"
    return "admin" if is_below_admin(request.path) else match.view_name


# Finding a metric by its labels takes longer than counting. The labels are few: see `_page_of`.
@cache
def _answers_of(method: str, page: str, status: int):
    return _requests.labels(method, page, str(status))


@cache
def _costs_of(page: str):
    return _seconds.labels(page), _queries.labels(page), _query_seconds.labels(page)


# ── What the site has and how it is ─────────────────────────────────────────────────────────────
class _Site:
    """A collector, as prometheus_client calls it."""

    def collect(self) -> Iterator[Metric]:
        parts = health.check()
        yield _gauge("portal_part_ok", "1: in order (/readyz).", "part", _well(parts))
        readings = [_software, _disks, _backups]
        if parts["database"] == "ok":  # else each would wait for it anew
            readings += [_figures, _jobs]
        for read in readings:
            try:
                yield from list(read())
            except Exception:
                told = "A figure for Prometheus cannot be read: %s"
                logger.warning(told, read.__name__, exc_info=True)


def _gauge(name: str, words: str, label: str, values: dict) -> Metric:
    family = GaugeMetricFamily(name, words, labels=[label])
    for key, value in values.items():
        family.add_metric([key], value)
    return family


def _well(parts: dict[str, str]) -> dict[str, int]:
    return {name: int(state == "ok") for name, state in parts.items()}


def _software() -> Iterator[Metric]:
    versions = {
        "version": running.release(),
        "django": django.get_version(),
        "python": platform.python_version(),
    }
    yield InfoMetricFamily("portal", "What runs.", value=versions)
    start = running.STARTED.timestamp()
    yield GaugeMetricFamily("portal_start_time_seconds", "When it was started.", value=start)
    count = running.errors().count
    yield CounterMetricFamily("portal_errors", "Lines of errors in the log.", value=count)


def _disks() -> Iterator[Metric]:
    usage = health.disks()
    free = {name: one.free for name, one in usage.items()}
    size = {name: one.total for name, one in usage.items()}
    yield _gauge("portal_disk_free_bytes", "Room left.", "folder", free)
    yield _gauge("portal_disk_size_bytes", "Size of the disk.", "folder", size)


def _backups() -> Iterator[Metric]:
    """None without BACKUP_DIR; their age is what Prometheus makes of the time."""
    if not settings.BACKUP_DIR:
        return
    root = Path(settings.BACKUP_DIR)
    if kept := backup.existing(root):
        newest = backup.time_of(kept[-1]).timestamp()
        yield GaugeMetricFamily("portal_backup_time_seconds", "The newest backup.", value=newest)
    drill = backup.last_drill(root)
    if drill and not drill["problem"]:
        proved = parse_datetime(drill["at"]).timestamp()
        yield GaugeMetricFamily("portal_drill_time_seconds", "The last good drill.", value=proved)


def _figures() -> Iterator[Metric]:
    for figure in figures.all_figures():
        yield GaugeMetricFamily(f"portal_{figure.name}", figure.words, value=figure.read())


def _jobs() -> Iterator[Metric]:
    rows = list(MaintenanceJob.objects.all())
    ended = {row.name: row.ended_at.timestamp() for row in rows if row.ended_at}
    failed = {row.name: int(bool(row.problem)) for row in rows}
    yield _gauge("portal_job_ended_time_seconds", "When it was done last.", "job", ended)
    yield _gauge("portal_job_failed", "1: the last time it failed.", "job", failed)


# ── The page ────────────────────────────────────────────────────────────────────────────────────
@never_cache
@require_safe
def metrics(request):
    """All of it, as Prometheus reads it; for anybody else an unknown page."""
    given = request.headers.get("Authorization", "")
    wanted = f"Bearer {settings.METRICS_TOKEN}"
    if not settings.METRICS_TOKEN or not constant_time_compare(given, wanted):
        return defaults.page_not_found(request, Http404())
    registry = CollectorRegistry()
    registry.register(_Site())
    text = exposition.generate_latest(_counted()) + exposition.generate_latest(registry)
    return HttpResponse(text, content_type=exposition.CONTENT_TYPE_LATEST)


def _counted() -> CollectorRegistry:
    """What all workers have counted; in a process of its own what this one has."""
    if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
        return _registry
    registry = CollectorRegistry()
    multiprocess.MultiProcessCollector(registry)
    return registry
