"""Widgets: plain view models in `dfs_widgets.state`, and what shows them."""
