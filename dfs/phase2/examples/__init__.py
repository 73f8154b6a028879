"""Tutorial blocks: one or two of each instrument, to begin from and to show.

An example is data (``<instrument>.toml`` in this folder: target, constraints, templates with the values that differ from the
defaults); `new_block` fills in the defaults of the instrument package.
"""

from dfs.phase2.examples.blocks import document, new_block
from dfs.phase2.examples.read import Example, Step, example, examples, instruments

__all__ = ["Example", "Step", "document", "example", "examples", "instruments", "new_block"]
