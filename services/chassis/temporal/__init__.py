"""Temporal, set up once for api, worker, command line, tests and replay."""

from services.chassis.temporal.client import connect, ensure_search_attributes
from services.chassis.temporal.plugin import leadrelay_plugin

__all__ = ["connect", "ensure_search_attributes", "leadrelay_plugin"]
