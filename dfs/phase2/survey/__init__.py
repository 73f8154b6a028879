"""Surveys of the sky: fields cut into pointings, visited again and again, as groups, time links and concatenations of blocks."""

from dfs.phase2.survey.asking import survey_of
from dfs.phase2.survey.epochs import Epochs
from dfs.phase2.survey.fields import Band, Box, Circle, Field, Polygon
from dfs.phase2.survey.frames import tiling_for
from dfs.phase2.survey.plan import SurveyPlan, plan_survey
from dfs.phase2.survey.tilings import VISTA_TILE, Pointing, Tiling, dithers, pawprints, tile_field

__all__ = [
    "VISTA_TILE",
    "Band",
    "Box",
    "Circle",
    "Epochs",
    "Field",
    "Pointing",
    "Polygon",
    "SurveyPlan",
    "Tiling",
    "dithers",
    "pawprints",
    "plan_survey",
    "survey_of",
    "tile_field",
    "tiling_for",
]
