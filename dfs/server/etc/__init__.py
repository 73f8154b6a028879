"""The exposure time calculator over HTTP: our documents and ESO's, answered in kind; what can be chosen; spectra; controls.

A script written for ``POST https://etc.eso.org/api/Fors/`` changes the address to ``{base}/etc/api/Fors`` and nothing else.
"""

from dfs.server.etc.answering import beside
from dfs.server.etc.answering import routes as _asked
from dfs.server.etc.described import paths
from dfs.server.etc.listing import routes as _listed

__all__ = ["beside", "paths", "routes"]

routes = [*_asked, *_listed]
