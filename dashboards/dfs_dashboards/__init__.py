"""Pages of the observatory, made of widgets; served by Voila."""
