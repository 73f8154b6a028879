"""Blocks and the calculator of exposure times: what a block asks, what an answer changes in it, and what saturates.

What a template is to the calculator stands in ``links/<instrument>.toml`` (docs/exposure-times-in-blocks.md).
"""

from dfs.phase2.exposure_times.answer import Taken, answered, taken, unasked, with_taken
from dfs.phase2.exposure_times.brightness import brightness_of, is_bright_enough_known, written
from dfs.phase2.exposure_times.links import instruments
from dfs.phase2.exposure_times.peaks import Peak, peak_of
from dfs.phase2.exposure_times.question import Question, question, questions
from dfs.phase2.exposure_times.summary import BlockExposures, ExposureResult, exposure_times
from dfs.phase2.exposure_times.takeover import Takeover, block_snr, chosen_changes, snr_told, takeover

__all__ = [
    "BlockExposures",
    "ExposureResult",
    "Peak",
    "Question",
    "Taken",
    "Takeover",
    "answered",
    "block_snr",
    "brightness_of",
    "chosen_changes",
    "exposure_times",
    "instruments",
    "is_bright_enough_known",
    "peak_of",
    "question",
    "questions",
    "snr_told",
    "taken",
    "takeover",
    "unasked",
    "with_taken",
    "written",
]
