"""What the calculator reckons, term by term: what the page tells whoever asks."""

from __future__ import annotations

__all__ = ["TERMS"]

TERMS = [
    [
        "S/N",
        "S / √(S + N(sky + dark + n·RON²)): S electrons of the target in the aperture, N its pixels, n read-outs. Per binned pixel along the dispersion; of an image, of the target.",
    ],
    [
        "Target",
        "Photons outside the atmosphere from spectrum and magnitude (bands and zero fluxes of ESO's calculator), times atmosphere, mirrors, instrument, filter or grism, detector, slit and aperture.",
    ],
    [
        "Sky",
        "Scattered moonlight, zodiacal light, starlight, airglow continuum and lines, and heat in the infrared; or the classic table of magnitudes by days from new Moon.",
    ],
    [
        "Atmosphere",
        "Scattering of ESO's sky model over Paranal, measured extinction over La Silla, times the absorption of ozone, oxygen and water vapour, at the air mass asked.",
    ],
    [
        "Image quality",
        "Seeing at the zenith and 500 nm, brought to the wavelength and the air mass with the outer scale of the turbulence, and the telescope and the instrument added in quadrature; a Gaussian.",
    ],
    ["Slit", "Share of that Gaussian that falls through the slit; an extended target fills it."],
    [
        "Aperture",
        "ESO's: of an image, a circle whose diameter is the smallest odd number of pixels not below twice the image quality; of a spectrum, as many rows. As reduced: what the recipes of this package add up, with the error of their sky fit and of digitisation.",
    ],
    [
        "Brightest pixel",
        "Target centred on a pixel, sky and dark of one read-out; it saturates where the well or the converter ends.",
    ],
    [
        "Exposure time",
        "Total on the target, divided into so many exposures, each read out once; in the infrared NDIT integrations of DIT each.",
    ],
    ["Assumed", "A figure that was not found in a document is marked so in the instrument's folder, and told here."],
]
