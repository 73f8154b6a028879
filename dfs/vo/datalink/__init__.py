"""DataLink: what there is for an archived file, and how to get it."""

from dfs.vo.datalink.link import CONTENT_TYPE, Link
from dfs.vo.datalink.service import MOST, DataLink, LinksDocument

__all__ = ["CONTENT_TYPE", "MOST", "DataLink", "Link", "LinksDocument"]
