"""Deliveries: files with their calibrations and night logs, a README and a script that fetches them."""

from dfs.archive.deliveries.delivery import Delivery, Item, delivery_of
from dfs.archive.deliveries.fetching import Fetched, fetch_delivery
from dfs.archive.deliveries.readme import readme
from dfs.archive.deliveries.scripts import script
from dfs.archive.deliveries.service import Deliveries

__all__ = ["Deliveries", "Delivery", "Fetched", "Item", "delivery_of", "fetch_delivery", "readme", "script"]
