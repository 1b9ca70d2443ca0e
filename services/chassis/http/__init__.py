"""What a service needs to build a REST API; the modules behind it are private to the chassis."""

from services.chassis.auth import Principal
from services.chassis.http.editing import if_match
from services.chassis.http.idempotency import purge_idempotency_keys
from services.chassis.http.json_bounds import check_json, string_map
from services.chassis.http.metrics import Collector
from services.chassis.http.models import Body, Id, Model, Moment
from services.chassis.http.own_staff import OWN_STAFF
from services.chassis.http.paging import Page, PageParams, Pager
from services.chassis.http.principal import Who, allow, authenticate
from services.chassis.http.route import Conn, ConnectionPool, door_router, new_router
from services.chassis.http.server import serve, serve_async
from services.chassis.http.streams import begun
from services.chassis.http.tagged import tagged
from services.chassis.http.uploads import file_name

__all__ = [
    "OWN_STAFF",
    "Body",
    "Collector",
    "Conn",
    "ConnectionPool",
    "Id",
    "Model",
    "Moment",
    "Page",
    "PageParams",
    "Pager",
    "Principal",
    "Who",
    "allow",
    "authenticate",
    "begun",
    "check_json",
    "door_router",
    "file_name",
    "if_match",
    "new_router",
    "purge_idempotency_keys",
    "serve",
    "serve_async",
    "string_map",
    "tagged",
]
