"""Draws the charts of a block and attaches them."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from dfs.access import Standing
from dfs.access.observing import Deed, require_deed
from dfs.errors import DataError, NotFoundError, UsageError
from dfs.phase2.api import MOST_CHARTS, Document, Phase2Desk, Upload
from dfs.phase2.documents import read_block, read_run
from dfs.phase2.failures import FileKindError, StateError
from dfs.phase2.p2fc.background import Choice, read_choice
from dfs.phase2.p2fc.shelf import Shelf

if TYPE_CHECKING:
    from dfs.phase2.charts import Background

__all__ = ["ChartService"]

_DEFAULT = Choice("default")


class ChartService:
    """Finding charts on request, as one user.

    Parameters
    ----------
    desk
        Phase 2 as this user sees it.
    shelf
        Backgrounds and uploaded images.
    standing
        What the user may.
    background
        Gives the default: images of our own archive, where there are some.
    archived
        Gives the file of an archived image by its DP ID, as this user may have it.
    """

    def __init__(
        self,
        desk: Phase2Desk,
        shelf: Shelf,
        standing: Callable[[], Standing],
        background: Callable[[], Background],
        archived: Callable[[str], Path],
    ) -> None:
        self._desk, self._shelf, self._standing = desk, shelf, standing
        self._background, self._archived = background, archived

    def info(self, ob_id: int) -> Document:
        """Return what a block's charts are drawn on."""
        self._desk.ob(ob_id)
        images = self._shelf.images(ob_id)
        return {"obId": ob_id, "bkg_image": str(self._shelf.choice(ob_id)), "images": images}

    def images(self, ob_id: int) -> Document:
        """Return the images uploaded for a block, by name."""
        self._desk.ob(ob_id)
        return self._shelf.images(ob_id)

    def choose(self, ob_id: int, value: str) -> Document:
        """Set what a block's charts are drawn on."""
        choice = read_choice(value)
        self._shelf.choose(ob_id, self._editable(ob_id), choice)
        return self.info(ob_id)

    def add(self, ob_id: int, image: Upload, band: str = "") -> Document:
        """Keep an image for a block."""
        self._shelf.add(ob_id, self._editable(ob_id), image, band)
        return self.info(ob_id)

    def remove(self, ob_id: int, value: str) -> Document:
        """Take an image away; `value` is its hash, or ``user_bkg_image|HASH``."""
        digest = value.rpartition("|")[2]
        self._shelf.remove(ob_id, self._editable(ob_id), digest)
        return self.images(ob_id)

    @staticmethod
    def surveys() -> list[str]:
        """Return the surveys that charts can be drawn on, over the network."""
        from dfs.phase2.charts.hips import SURVEYS

        return sorted(SURVEYS)

    def draw(
        self, ob_id: int, *, at: str = "", survey: str = "", image: Upload | None = None, band: str = ""
    ) -> Document:
        """Draw the charts of a block and attach them in place of those drawn before; all are drawn before one is taken away.

        Parameters
        ----------
        at
            When, for moving targets; ISO 8601.
        survey, image
            What a further chart is drawn on; without them the background chosen before, if it is not the default.
        band
            Filter of `image`.
        """
        instant = _instant(at)
        choices = [_DEFAULT]
        if image is not None:
            choices.append(Choice("user_bkg_image", self._shelf.add(ob_id, self._editable(ob_id), image, band)))
        elif survey:
            choices.append(Choice("survey", survey))
        elif (chosen := self._shelf.choice(ob_id)) != _DEFAULT:
            choices.append(chosen)
        drawn = [self._drawn(ob_id, one, instant) for one in choices]
        return {"obId": ob_id, "findingCharts": self._attached(ob_id, drawn), "warnings": []}

    def _attached(self, ob_id: int, charts: list[bytes]) -> list[str]:
        own = f"p2fc_{ob_id}_"
        names = self._desk.charts(ob_id)
        others = sum(not name.startswith(own) for name in names)
        if others + len(charts) > MOST_CHARTS:
            raise StateError(
                f"block {ob_id} has {others} other finding charts",
                accepted=f"{MOST_CHARTS} in all",
                hint="delete one first",
            )
        for index in sorted((number for number, name in enumerate(names, 1) if name.startswith(own)), reverse=True):
            self._desk.delete_chart(ob_id, index)
        for number, content in enumerate(charts, 1):
            self._desk.add_chart(ob_id, Upload(f"{own}{number}.jpg", content))
        return self._desk.charts(ob_id)

    def _drawn(self, ob_id: int, choice: Choice, at: datetime | None) -> bytes:
        from dfs.phase2.charts import draw_chart

        ob = self._desk.ob(ob_id).body
        whole = {**ob, "templates": self._desk.templates(ob_id).body, "absolute": self._desk.absolute(ob_id).body}
        block, run = read_block(whole), read_run(self._desk.run(ob["runId"]))
        if choice.kind != "user_bkg_image":
            return draw_chart(block, run, self._painter(choice), at=at)
        file = self._shelf.image(ob_id, choice.name)
        band = self._shelf.images(ob_id)[file.name]["band"]
        with tempfile.NamedTemporaryFile(suffix=".fits") as kept:
            kept.write(file.content)
            kept.flush()
            try:
                return draw_chart(block, run, _fits(Path(kept.name), file.name, band), at=at)
            except DataError as error:
                accepted = "a FITS image with a celestial WCS"
                raise FileKindError(f"{file.name} cannot be drawn: {error.message}", accepted=accepted) from None

    def _painter(self, choice: Choice) -> Background:
        from dfs.phase2.charts import FitsImage, HipsCutout

        match choice.kind:
            case "survey":
                if choice.name not in self.surveys():
                    raise UsageError(
                        f"{choice.name[:60]!r} is no survey here", where="survey", accepted=", ".join(self.surveys())
                    )
                return HipsCutout(choice.name)
            case "eso_im":
                return FitsImage(self._archived(choice.name))
            case "gaia":
                raise NotFoundError(
                    "there is no catalogue of stars on this server",
                    hint="default, survey|NAME, or an image of your own",
                )
        return self._background()

    def _editable(self, ob_id: int) -> int:
        """Return the run of a block that the user may change."""
        ob = self._desk.ob(ob_id).body
        run = self._desk.run(ob["runId"])
        require_deed(self._standing(), Deed.EDIT, run["progId"])
        return int(run["runId"])


def _fits(path: Path, name: str, band: str) -> Background:
    from dfs.phase2.charts import FitsImage

    return FitsImage(path, origin=name, band=band)


def _instant(text: str) -> datetime | None:
    """Return when a chart is for: ISO 8601, or as ESO's client documents it, ``2019-10-01 02:03:04 UTC``."""
    if not text.strip():
        return None
    try:
        at = datetime.fromisoformat(text.strip().removesuffix("UTC").strip())
        return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    except (ValueError, OverflowError):
        raise UsageError(f"{text[:40]!r} is no time", where="obsdate", accepted="2026-05-01 02:03:04 UTC") from None
