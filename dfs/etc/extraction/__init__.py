"""What is added up of target and sky, and with what noise: as ESO's calculator does it, or as the recipes of this package do."""

from dfs.etc.extraction.as_reduced import sky_covariance
from dfs.etc.extraction.extract import aperture_of, variance_of
from dfs.etc.geometry.aperture import Aperture, Noise

__all__ = ["Aperture", "Noise", "aperture_of", "sky_covariance", "variance_of"]
