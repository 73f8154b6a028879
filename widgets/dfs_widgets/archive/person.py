"""Whoever sits at the page: signed in, or anonymous."""

from __future__ import annotations

from dfs.errors import DfsError
from dfs_widgets.desk import Desk
from dfs_widgets.parts import Bar

__all__ = ["Person"]


class Person:
    """Signs in and out at a desk that asks for it; your own observatory does not."""

    def __init__(self, desk: Desk, bar: Bar) -> None:
        self._desk = desk
        self._bar = bar
        bar.can_sign_in = desk.asks_for_name
        bar.user = desk.user_name

    def sign_in(self, name: str, password: str) -> bool:
        """Sign in; what is wrong stands in the box."""
        self._bar.sign_in_error = ""
        try:
            self._desk.sign_in(name, password)
        except DfsError as error:
            self._bar.sign_in_error = error.line()
            return False
        self._bar.user = self._desk.user_name
        return True

    def sign_out(self) -> bool:
        """Be anonymous again."""
        self._desk.sign_out()
        self._bar.user = ""
        return True
