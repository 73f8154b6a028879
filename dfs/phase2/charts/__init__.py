"""Finding charts: made in a moment without network, with what ESO asks to see on them."""

from dfs.phase2.charts.backgrounds import Background, Blank, FirstOf, Painted
from dfs.phase2.charts.chart import draw_chart, rendered
from dfs.phase2.charts.fits_image import ArchiveImages, FitsImage, ImageFinder
from dfs.phase2.charts.hips import HipsCutout
from dfs.phase2.charts.marks import ChartMarks, marks_of
from dfs.phase2.charts.stars import StarCatalogue
from dfs.phase2.charts.tangent import Tangent

__all__ = [
    "ArchiveImages",
    "Background",
    "Blank",
    "ChartMarks",
    "FirstOf",
    "FitsImage",
    "HipsCutout",
    "ImageFinder",
    "Painted",
    "StarCatalogue",
    "Tangent",
    "draw_chart",
    "marks_of",
    "rendered",
]
