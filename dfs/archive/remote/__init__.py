"""An archive elsewhere: ESO's, or another instance of our own server, with the same calls as an embedded one."""

from dfs.archive.remote.backend import RemoteBackend
from dfs.archive.remote.services import Services, services_of
from dfs.archive.remote.session import Session

__all__ = ["RemoteBackend", "Services", "Session", "services_of"]
