"""Widgets of the observatory: view models in `state`, tested without a browser, and the ipywidgets that show them."""
