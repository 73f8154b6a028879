"""Comments on a run, a block, a field of it: what its user and the support astronomer tell each other."""

from __future__ import annotations

from typing import Any

from sqlalchemy import insert, select, update

from dfs.access.observing import Deed, allows
from dfs.errors import AccessError, NotFoundError, UsageError
from dfs.phase2.api import Document
from dfs.phase2.service.desk import Desk
from dfs.phase2.service.records import Run
from dfs.phase2.service.work import Work
from dfs.store.tables import p2_comments

__all__ = ["Comments", "write_comment"]

_LONGEST = 10_000  # characters; assumed


class Comments(Desk):
    """Comments."""

    def comments(self, run_id: int) -> list[Document]:
        """Return the comments of a run, oldest first: commentId, itemId, path, text, at, who, resolved."""
        query = select(p2_comments).where(p2_comments.c.run_id == run_id).order_by(p2_comments.c.id)
        with self._look() as look:
            look.run(run_id)
            return [_document(dict(row)) for row in look.connection.execute(query).mappings()]

    def comment(self, run_id: int, text: str, item_id: int | None = None, path: str = "") -> Document:
        """Say something about a run, or an item of it, or the field at `path` of that."""
        with self._change("comment") as work:
            run = work.run(run_id)
            _require_voice(work, run)
            if item_id is not None and work.item(item_id).run_id != run_id:
                raise NotFoundError(f"{item_id} is in another run", accepted=f"items of run {run.prog_id}")
            return write_comment(work, run, text, item_id, path)

    def resolve_comment(self, run_id: int, comment_id: int) -> None:
        """Mark a comment as dealt with."""
        mine = (p2_comments.c.id == comment_id) & (p2_comments.c.run_id == run_id)
        with self._change("resolve") as work:
            run = work.run(run_id)
            _require_voice(work, run)
            row = work.connection.execute(select(p2_comments).where(mine)).mappings().first()
            if row is None:
                raise NotFoundError(f"run {run.prog_id} has no comment {comment_id}")
            if row["resolved"] is None:
                work.connection.execute(update(p2_comments).where(mine).values(resolved=work.at))
                entry = {"commentId": comment_id}
                work.note(f"run:{run_id}", "comments", 0, entry, {**entry, "resolved": work.at}, run_id)


def write_comment(work: Work, run: Run, text: str, item_id: int | None = None, path: str = "") -> Document:
    """Write a comment; it shows in the history, so that others see it at once."""
    text = text.strip() if isinstance(text, str) else ""
    if not text or len(text) > _LONGEST:
        raise UsageError("a comment has no text, or too much", where="text", accepted=f"1 to {_LONGEST} characters")
    if len(path) > 200:
        raise UsageError("the path is too long", where="path", accepted="up to 200 characters")
    row = {
        "id": work.pending.number(p2_comments.c.id),
        "run_id": run.run_id,
        "item_id": item_id,
        "path": path,
        "text": text,
        "at": work.at,
        "who": work.name,
        "resolved": None,
    }
    work.connection.execute(insert(p2_comments).values(**row))
    document = _document(row)
    work.note(f"run:{run.run_id}", "comments", 0, None, document, run.run_id, "comment")
    return document


def _require_voice(work: Work, run: Run) -> None:
    if not any(allows(work.who, deed, run.prog_id) for deed in (Deed.EDIT, Deed.REVIEW)):
        raise AccessError(f"you may not comment on run {run.prog_id}", accepted="its PI, delegate, support astronomers")


def _document(row: dict[str, Any]) -> Document:
    return {
        "commentId": row["id"],
        "runId": row["run_id"],
        "itemId": row["item_id"],
        "path": row["path"],
        "text": row["text"],
        "at": f"{row['at']}Z",
        "who": row["who"],
        "resolved": f"{row['resolved']}Z" if row["resolved"] else None,
    }
