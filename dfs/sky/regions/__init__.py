"""Regions of the sky: reading, writing, comparing and measuring them, one at a time or by the million."""

from dfs.sky.regions.bulk import parse_many
from dfs.sky.regions.measure import area_deg2, areas_deg2, bounding_circle, bounding_circles, centroid, centroids
from dfs.sky.regions.meet import contains_points, intersects, intersects_many
from dfs.sky.regions.outlines import Outlines
from dfs.sky.regions.pairs import contains_each, intersects_each, place_in_each
from dfs.sky.regions.shapes import Circle, Point, Polygon, Range, Region, Shape, Union, box
from dfs.sky.regions.text import parse, pos_text, stcs
from dfs.sky.regions.within import around_many, contains, within_many

__all__ = [
    "Circle",
    "Outlines",
    "Point",
    "Polygon",
    "Range",
    "Region",
    "Shape",
    "Union",
    "area_deg2",
    "areas_deg2",
    "around_many",
    "bounding_circle",
    "bounding_circles",
    "box",
    "centroid",
    "centroids",
    "contains",
    "contains_each",
    "contains_points",
    "intersects",
    "intersects_each",
    "intersects_many",
    "parse",
    "parse_many",
    "place_in_each",
    "pos_text",
    "stcs",
    "within_many",
]
