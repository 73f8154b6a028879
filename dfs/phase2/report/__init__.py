"""A run on paper: its report as HTML and PDF."""

from dfs.phase2.report.contents import Contents, contents_of
from dfs.phase2.report.page import report_html
from dfs.phase2.report.paper import report_pdf

__all__ = ["Contents", "contents_of", "report_html", "report_pdf"]
