"""Recipes: the contract, the steps (arrays in, arrays out), the recipes, and the runner that does all reading and writing."""
