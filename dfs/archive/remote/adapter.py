"""The adapter under a session: no request waits for ever."""

from __future__ import annotations

from typing import Any

from requests import PreparedRequest, Response
from requests.adapters import HTTPAdapter

__all__ = ["PatientAdapter"]

_CONNECT_S = 10.0
_READ_S = 90.0  # ESO's synchronous queries end after about a minute


class PatientAdapter(HTTPAdapter):
    """Gives every request a limit of time, whoever sends it through the session."""

    def send(self, request: PreparedRequest, *arguments: Any, **options: Any) -> Response:
        """Send a request."""
        options["timeout"] = options.get("timeout") or (_CONNECT_S, _READ_S)
        return super().send(request, *arguments, **options)
