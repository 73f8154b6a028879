"""Whoever sits at the page: signed in, or anonymous.

The browser's tab keeps the token (``sessionStorage``: this tab and this host only, gone with the tab) and hands it back when the page is
loaded anew; it is never part of an address.  It ends when the server says so, or on signing out.
"""

from __future__ import annotations

from dfs.errors import DfsError
from dfs_widgets.desk import Door
from dfs_widgets.parts import Bar

__all__ = ["Person"]


class Person:
    """Signs in and out at a desk that asks for it; your own observatory does not."""

    def __init__(self, desk: Door, bar: Bar) -> None:
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
        self._keep(self._desk.token)
        return True

    def resume(self, token: str) -> bool:
        """Be whom a token of this tab says; one that holds no more is forgotten without a word."""
        if self._bar.user or not self._desk.asks_for_name:
            return False
        try:
            self._desk.resume(token)
        except DfsError:
            self._keep("")
            return False
        self._bar.user = self._desk.user_name
        return True

    def sign_out(self) -> bool:
        """Be anonymous again."""
        self._desk.sign_out()
        self._bar.user = ""
        self._keep("")
        return True

    def _keep(self, token: str) -> None:
        """Let the browser's tab keep a token, or forget the one it has."""
        self._bar.send({"kind": "keep-token", "token": token})
