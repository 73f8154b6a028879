"""Phase 2 elsewhere: on one of our servers, or at ESO, with the calls of an embedded one."""

from dfs.phase2.remote.addresses import P2_ESO, P2Addresses, p2_addresses
from dfs.phase2.remote.desk import RemotePhase2

__all__ = ["P2_ESO", "P2Addresses", "RemotePhase2", "p2_addresses"]
