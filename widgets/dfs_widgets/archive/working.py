"""Every answer of the page begins and ends the same way: busy, then ready, or in red what went wrong."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from dfs.errors import AccessError, DfsError
from dfs_widgets.parts import Bar

__all__ = ["Answers", "Work", "one_line"]

Answers = dict[str, tuple[str, Callable[[dict[str, Any]], None]]]
"""Kind of message -> (words while it is answered, what answers it)."""

_LOG = logging.getLogger(__name__)


def one_line(error: BaseException) -> str:
    """Return what a person is told of an error; what nobody foresaw goes to the log with its traceback."""
    if isinstance(error, AccessError) and error.hint.startswith("sign in"):
        return f"{error.message}; sign in"  # the button is on the page: no word of calls or hosts
    if isinstance(error, DfsError):
        return error.line()
    _LOG.error("unexpected", exc_info=error)
    return f"something unexpected happened ({type(error).__name__}); the log has the details"


class Work:
    """Tells the bar how work goes.

    Parameters
    ----------
    bar
        Shows the state.
    """

    def __init__(self, bar: Bar) -> None:
        self._bar = bar

    @contextmanager
    def doing(self, what: str, told: Callable[[DfsError], bool] = lambda _: False) -> Iterator[None]:
        """Show `what` while the body runs; an error of it ends here.

        Parameters
        ----------
        told
            Shows an error beside its control and returns True; otherwise the bar shows it.
        """
        self._show("busy", what)
        try:
            yield
        except Exception as error:  # noqa: BLE001 - the last door before a person: no traceback reaches him
            beside = isinstance(error, DfsError) and told(error)
            self._show("error", "see the field in red" if beside else one_line(error))
        else:
            self._show("ready")

    @contextmanager
    def quietly(self) -> Iterator[None]:
        """Let the body run without a word; only an error of it is shown."""
        try:
            yield
        except Exception as error:  # noqa: BLE001 - as `doing`
            self._show("error", one_line(error))

    def _show(self, state: str, message: str = "") -> None:
        """Change state and words together: a browser must not see the one with the other's past."""
        with self._bar.hold_sync():
            self._bar.message, self._bar.state = message, state

    def listen(self, widget: Any, answers: Answers) -> None:
        """Answer the messages of `widget`."""

        def answer(_: Any, message: Any, __: Any) -> None:
            kind = message.get("kind") if isinstance(message, dict) else None
            if kind in answers:
                words, do = answers[kind]
                with self.doing(words):
                    do(message)

        widget.on_msg(answer)
