"""FITS in and out: reading frames strictly, writing products with provenance, quality figures and checksums."""

from dfs.products.provenance import Provenance, Source
from dfs.products.read import read_frame
from dfs.products.write import WrittenProduct, write_product

__all__ = ["Provenance", "Source", "WrittenProduct", "read_frame", "write_product"]
