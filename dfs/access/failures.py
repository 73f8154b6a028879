"""How a sign-in fails, as errors that a door can tell apart."""

from __future__ import annotations

from dfs.errors import AccessError

__all__ = ["NotSignedInError", "TooManyTriesError"]


class NotSignedInError(AccessError):
    """Name and password, or the token, do not say who is there."""

    status = 401


class TooManyTriesError(AccessError):
    """Too many sign-ins of one name failed; `retry_after_s` tells when to try again."""

    status = 429

    def __init__(self, message: str, *, retry_after_s: int, hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.retry_after_s = retry_after_s
