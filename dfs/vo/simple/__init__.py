"""The simple protocols: images (SIA2), spectra (SSA) and positions (SCS), each made a query in ADQL, so that one engine and one policy answer."""

from dfs.vo.simple.cone import cone_query
from dfs.vo.simple.images import image_query
from dfs.vo.simple.query import SimpleQuery
from dfs.vo.simple.spectra import spectrum_query

__all__ = ["SimpleQuery", "cone_query", "image_query", "spectrum_query"]
