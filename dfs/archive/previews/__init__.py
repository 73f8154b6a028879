"""Small pictures of archived files: derived from them, kept beside them, made again when they are gone."""

from dfs.archive.previews.service import Previews

__all__ = ["Previews"]
