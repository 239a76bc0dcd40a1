"""The backend: before a statement the connection is told whose rows are wanted, when that has changed."""

from collections.abc import Callable
from typing import Any

from django.db.backends.postgresql import base

from kitclinic.site_rows import EVERY, NOBODY, wanted

TELL = "SELECT set_config('kitclinic.sites', %s, false)"
TELL_SITE = """
SELECT set_config('kitclinic.sites', coalesce(
    (SELECT string_agg(id::text, ',') FROM kitclinic_site WHERE id = %s OR registry_of_id = %s), ''), false)
"""
OF_TRANSACTION = ("SAVEPOINT", "RELEASE", "ROLLBACK")  # these also go through when a statement before has failed
UNKNOWN = None


class DatabaseWrapper(base.DatabaseWrapper):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.told: str | None = UNKNOWN
        if self.alias != "owner":  # policies do not bind the owner of the tables
            self.execute_wrappers.append(self._tell_first)

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        self.told = UNKNOWN  # it may come from a pool
        return super().get_new_connection(conn_params)

    def _rollback(self) -> None:
        self.told = UNKNOWN  # what was told inside the transaction is taken back with it
        super()._rollback()  # type: ignore[misc]

    def _savepoint_rollback(self, sid: str) -> None:
        super()._savepoint_rollback(sid)  # type: ignore[misc]
        self.told = UNKNOWN

    def let_go(self) -> None:
        """End of a request: the connection is nobody's while it waits for the next; one that fails is closed."""
        if self.connection is None or self.told == NOBODY or wanted() != NOBODY or self.alias == "owner":
            return
        try:
            self._tell(NOBODY)
        except self.Database.Error:
            self.close()

    def _tell_first(self, execute: Callable[..., Any], sql: Any, params: Any, many: bool, context: Any) -> Any:
        sites = wanted()
        if sites != self.told and not (isinstance(sql, str) and sql.startswith(OF_TRANSACTION)):
            with self.wrap_database_errors:
                self._tell(sites)
        return execute(sql, params, many, context)

    def _tell(self, sites: str) -> None:
        self.told = UNKNOWN
        if sites in (NOBODY, EVERY):
            self.connection.execute(TELL, [sites])
        else:
            self.connection.execute(TELL_SITE, [int(sites), int(sites)])
        self.told = sites
