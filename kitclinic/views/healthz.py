"""Whether the parts this clinic runs on are well."""

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_safe
from redis import Redis, RedisError

from kitclinic.access import public


@public("load balancers and the demo ask without signing in; it tells no more than three words")
@require_safe
def healthz(request: HttpRequest) -> JsonResponse:
    """200 when database and migrations are well; a missing broker is told but stops nothing clinical."""
    state = {"database": _database(), "migrations": _migrations(), "broker": _broker()}
    well = state["database"] == "ok" and state["migrations"] == "ok"
    return JsonResponse({"status": "ok" if well else "not ready"} | state, status=200 if well else 503)


def _database() -> str:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except (DatabaseError, RuntimeError):
        return "down"
    return "ok"


def _migrations() -> str:
    try:
        executor = MigrationExecutor(connection)
        return "pending" if executor.migration_plan(executor.loader.graph.leaf_nodes()) else "ok"
    except (DatabaseError, RuntimeError):
        return "unknown"


def _broker() -> str:
    url = settings.CELERY_BROKER_URL.replace("redis+socket://", "unix://")
    timeout = settings.HEALTHZ_TIMEOUT
    try:
        with Redis.from_url(url, socket_timeout=timeout, socket_connect_timeout=timeout) as client:
            client.ping()
    except RedisError:
        return "down"
    return "ok"
