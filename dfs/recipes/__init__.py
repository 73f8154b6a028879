"""Recipes: the contract, the steps (arrays in, arrays out), the recipes, and the runner that does all reading and writing."""

from dfs.recipes.contract import FrameSet, Input, Parameters, Recipe
from dfs.recipes.service import Recipes

__all__ = ["FrameSet", "Input", "Parameters", "Recipe", "Recipes"]
