"""Job keys: what a result depends on, and nothing else.

A key is the SHA-256 of recipe, version, all parameters, and the content of every input in order. It is known before a pixel
is read, because a product not made yet counts as the key of the job that will make it. Equal keys mean equal products, so a job whose
key is on record need not run; a changed parameter changes the keys of the job and of those that depend on it, and no others.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any

__all__ = ["job_key", "product_identity"]


def job_key(
    recipe: str,
    version: str,
    parameters: Mapping[str, Any],
    inputs: Iterable[tuple[str, str]],
    missing: Iterable[str] = (),
) -> str:
    """Return the key of a job as 64 hexadecimal digits.

    Parameters
    ----------
    recipe, version
        The recipe, its version and edition (`dfs.pipeline.edition`).
    parameters
        All of its parameters, defaults included, as JSON can say them; their order does not matter.
    inputs
        (tag, content identity) of every input in the order given to the recipe: the SHA-256 of a file, or `product_identity`.
    missing
        Calibrations the job goes without.
    """
    said = [recipe, version, dict(parameters), [list(pair) for pair in inputs], sorted(missing)]
    text = json.dumps(said, sort_keys=True, separators=(",", ":"), default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def product_identity(producer_key: str, category: str) -> str:
    """Return the content identity of the product `category` of the job with `producer_key`, made or not."""
    return f"{producer_key}:{category}"
