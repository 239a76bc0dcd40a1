"""The PostgreSQL backend that starts the embedded server with its first connection."""

from pathlib import Path
from typing import Any

from kitclinic import embedded
from kitclinic.database import base


class DatabaseWrapper(base.DatabaseWrapper):
    def get_connection_params(self) -> dict[str, Any]:
        data = self.settings_dict["OPTIONS"].get("embedded_data")
        if data:
            self.settings_dict["HOST"] = embedded.postgres_host(Path(data))
        params = super().get_connection_params()
        params.pop("embedded_data", None)
        return params
