"""Frames: reading headers fast, classification, grouping, association.

`scan` makes records of files, `group` says which are reduced together, `associate` which calibration each gets, `why` tells
the reasons; `Frames` is the service that an observatory offers.
"""

from dfs.frames.associate import Association, Failure, Verdict, associate
from dfs.frames.candidates import Candidate, candidates_from, of_group, of_product
from dfs.frames.group import Group, frame_class_of, group, is_usable
from dfs.frames.headers import HeaderReader, read_header
from dfs.frames.listing import iterate, scan
from dfs.frames.service import Frames
from dfs.frames.why import needs_document, why

__all__ = [
    "Association",
    "Candidate",
    "Failure",
    "Frames",
    "Group",
    "HeaderReader",
    "Verdict",
    "associate",
    "candidates_from",
    "frame_class_of",
    "group",
    "is_usable",
    "iterate",
    "needs_document",
    "of_group",
    "of_product",
    "read_header",
    "scan",
    "why",
]
