"""An image as HDUs: data, variance and mask, tied together by the HDUCLAS cards of ESO's science data product standard."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from astropy.io import fits

from dfs.model import Content, Flag, Image

__all__ = ["image_content", "image_hdus"]

# Excluding bits must be told from warnings by whoever reads the mask alone.
_MASK_COMMENTS = tuple(f"bit {flag.value:3d}: {flag.name}" for flag in Flag)


def image_hdus(name: str, image: Image) -> list[fits.hdu.base.ExtensionHDU]:
    """Return data, variance and mask HDU of `image`, called NAME, NAME_VARIANCE, NAME_MASK (NAME ``""``: DATA)."""
    prefix = f"{name}_" if name else ""
    data_name, variance_name, mask_name = name or "DATA", f"{prefix}VARIANCE", f"{prefix}MASK"
    data = fits.ImageHDU(image.data, name=data_name)
    variance = fits.ImageHDU(image.variance, name=variance_name)
    mask = fits.ImageHDU(image.mask.astype(np.int16), name=mask_name)
    for hdu, kind, detail in ((data, "DATA", ""), (variance, "ERROR", "MSE"), (mask, "QUALITY", "FLAG16BIT")):
        hdu.header["HDUCLASS"] = ("ESO", "class name")
        hdu.header["HDUDOC"] = ("SDP", "document with class description")
        hdu.header["HDUVERS"] = ("SDP version 8", "version of that document")
        hdu.header["HDUCLAS1"] = ("IMAGE", "image data format")
        hdu.header["HDUCLAS2"] = (kind, "kind of image")
        if detail:
            hdu.header["HDUCLAS3"] = (detail, "how it is expressed")
        if hdu is not data:
            hdu.header["SCIDATA"] = (data_name, "the data these belong to")
    data.header["ERRDATA"] = (variance_name, "their variance")
    data.header["QUALDATA"] = (mask_name, "their mask")
    data.header["BUNIT"] = (image.unit, "unit of the data")
    variance.header["BUNIT"] = (f"({image.unit})**2" if image.unit else "", "unit of the variance")
    for comment in _MASK_COMMENTS:
        mask.header.add_comment(comment)
    return [data, variance, mask]


def image_content(images: Mapping[str, Any], name: str) -> Content:
    """Return HDU `name` with its variance and mask as an `Image`, or as a plain array when it has none."""
    hdu = images[name]
    variance, mask = hdu.header.get("ERRDATA"), hdu.header.get("QUALDATA")
    if variance not in images or mask not in images:
        return np.asarray(hdu.data)
    return Image(
        data=np.asarray(hdu.data, dtype=np.float32),
        variance=np.asarray(images[variance].data, dtype=np.float32),
        mask=np.asarray(images[mask].data).astype(np.uint8),
        unit=str(hdu.header.get("BUNIT", "")).strip(),
    )
