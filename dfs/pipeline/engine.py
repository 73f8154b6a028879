"""A papermill engine that executes cells in this very process.

An ordinary kernel costs about a second to start and three more to import what a reduction needs, for every notebook; here
imports and compiled kernels are paid once for each worker. Every run still has a namespace of its own.
"""

from __future__ import annotations

import itertools
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any

import nbformat
from IPython.core.displayhook import DisplayHook
from IPython.core.interactiveshell import ExecutionResult, InteractiveShell
from IPython.utils.capture import CapturedIO, capture_output
from papermill.engines import Engine, papermill_engines
from traitlets.config import Config

from dfs.errors import Cancelled

__all__ = ["InProcessEngine", "engine_name"]

_NAME = "dfs-in-process"
_runs = itertools.count(1)


class InProcessEngine(Engine):  # type: ignore[misc]  # papermill has no types
    """Executes a notebook through IPython in the calling process, cell by cell, outputs captured."""

    @classmethod
    def execute_managed_notebook(cls, nb_man: Any, kernel_name: str, **kwargs: Any) -> None:  # noqa: ARG003
        """Execute all code cells; an error ends the notebook and stands in its cell's outputs.

        Raises
        ------
        KeyboardInterrupt, Cancelled
            The user stopped the run: no fault of the notebook.
        """
        with _own_shell() as shell:
            for index, cell in enumerate(nb_man.nb.cells):
                if cell.cell_type != "code" or not cell.source.strip():
                    continue
                nb_man.cell_start(cell, index)
                error = _execute(shell, cell)
                if error is not None:
                    nb_man.cell_exception(cell, index, exception=error)
                    return
                nb_man.cell_complete(cell, index)


def engine_name(kind: str) -> str | None:
    """Return papermill's name of engine `kind`, registered: ``"process"`` (this one) or ``"kernel"`` (an ordinary kernel)."""
    if kind != "process":
        return None
    papermill_engines.register(_NAME, InProcessEngine)
    return _NAME


def _execute(shell: InteractiveShell, cell: nbformat.NotebookNode) -> BaseException | None:
    """Execute `cell`, put what it printed and showed into its outputs, and return the error that ended it."""
    with capture_output() as captured:
        result = shell.run_cell(cell.source, store_history=True)
    cell.execution_count = shell.execution_count - 1
    cell.outputs = [*_outputs(captured), *_results(shell)]
    error = result.error_before_exec or result.error_in_exec
    if isinstance(error, KeyboardInterrupt | Cancelled):
        raise error
    if error is not None:
        cell.outputs.append(_error_output(result))
    return error if isinstance(error, BaseException) else None


def _outputs(captured: CapturedIO) -> Iterator[nbformat.NotebookNode]:
    for name, text in (("stdout", captured.stdout), ("stderr", captured.stderr)):
        if text:
            yield nbformat.v4.new_output("stream", name=name, text=text)
    for output in captured.outputs:
        yield nbformat.v4.new_output("display_data", data=output.data or {}, metadata=output.metadata or {})


def _results(shell: InteractiveShell) -> list[nbformat.NotebookNode]:
    kept, shell.displayhook.kept = shell.displayhook.kept, []
    return [
        nbformat.v4.new_output(
            "execute_result", data=data, metadata=metadata, execution_count=shell.execution_count - 1
        )
        for data, metadata in kept
    ]


def _error_output(result: ExecutionResult) -> nbformat.NotebookNode:
    error = result.error_before_exec or result.error_in_exec
    assert isinstance(error, BaseException)  # noqa: S101 - the caller has seen to it
    return nbformat.v4.new_output(
        "error",
        ename=type(error).__name__,
        evalue=str(error),
        traceback=[line.rstrip("\n") for line in traceback.format_exception(error)],
    )


class _Results(DisplayHook):  # type: ignore[misc]  # IPython's types are not read
    """Keeps what the last line of a cell evaluates to, for the cell's outputs."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kept: list[tuple[dict[str, Any], dict[str, Any]]] = []

    def write_output_prompt(self) -> None:
        """Write no prompt."""

    def write_format_data(self, format_dict: dict[str, Any], md_dict: dict[str, Any] | None = None) -> None:
        """Keep every format of the result."""
        self.kept.append((format_dict, md_dict or {}))

    def update_user_ns(self, result: Any) -> None:
        """Keep no second reference to the result: it may be a large image."""

    def finish_displayhook(self) -> None:
        """Write no end of line."""


class _Shell(InteractiveShell):  # type: ignore[misc]  # IPython's types are not read
    """A shell that says nothing about errors: they go into the cell."""

    displayhook_class = _Results

    def showtraceback(self, *args: Any, **kwargs: Any) -> None:
        """Say nothing."""

    def showsyntaxerror(self, *args: Any, **kwargs: Any) -> None:
        """Say nothing."""

    def init_sys_modules(self) -> None:
        """Register the namespace under its own name, never as ``__main__``."""
        sys.modules[self.user_module.__name__] = self.user_module


@contextmanager
def _own_shell() -> Iterator[InteractiveShell]:
    """Give a fresh shell that is *the* shell while the notebook runs, and give back the one that was there.

    When somebody calls the pipeline from a notebook, its kernel's own shell must neither see our names nor get our outputs.
    """
    config = Config()
    config.HistoryManager.enabled = False
    module = ModuleType(f"dfs_notebook_{next(_runs)}")
    hooks = sys.displayhook, sys.excepthook
    previous = [(one, one._instance) for one in InteractiveShell._walk_mro()]  # noqa: SLF001 - traitlets' singleton has no other door
    shell = _Shell(config=config, user_module=module)
    try:
        for one, _ in previous:
            one._instance = shell  # noqa: SLF001
        yield shell
    finally:
        for one, instance in previous:
            one._instance = instance  # noqa: SLF001
        sys.displayhook, sys.excepthook = hooks
        sys.modules.pop(module.__name__, None)
        vars(module).clear()
