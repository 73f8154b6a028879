"""Lines that nature provides in every long-slit frame: airglow in the sky, hydrogen in hot stars. Wavelengths in air, nm."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["BALMER_LINES", "SKY_LINES", "ReferenceLine"]


@dataclass(frozen=True, slots=True)
class ReferenceLine:
    """A line of known wavelength.

    Attributes
    ----------
    wavelength_nm
        In air.
    error_nm
        How well the centre is known at low resolution: blends with variable ratios make it larger than the laboratory's.
    name
        Emitter.
    """

    wavelength_nm: float
    error_nm: float
    name: str


# Atomic lines: NIST Atomic Spectra Database. Na D is the mean of 588.9951 and 589.5924 nm with the ratio 1.7 of the airglow
# (1.2-1.8: Slanger et al. 2005, J. Geophys. Res. 110, D23302). OH: strongest lines of the bands 6-1 to 8-4, lambda doublets
# averaged (Osterbrock et al. 1996, PASP 108, 277); their errors stand for the fainter lines beside them.
SKY_LINES: tuple[ReferenceLine, ...] = (
    ReferenceLine(557.7339, 0.01, "[O I]"),
    ReferenceLine(589.2163, 0.03, "Na I"),
    ReferenceLine(630.0304, 0.01, "[O I]"),
    ReferenceLine(636.3776, 0.02, "[O I]"),
    ReferenceLine(653.3042, 0.05, "OH 6-1 P1(2)"),
    ReferenceLine(686.3955, 0.05, "OH 7-2 Q1"),
    ReferenceLine(692.3220, 0.05, "OH 7-2 P1(2)"),
    ReferenceLine(727.6405, 0.05, "OH 8-3 Q1"),
    ReferenceLine(734.0885, 0.05, "OH 8-3 P1(3)"),
    ReferenceLine(775.0640, 0.05, "OH 9-4 Q1"),
    ReferenceLine(779.4110, 0.05, "OH 9-4 P1(2)"),
    ReferenceLine(782.1503, 0.05, "OH 9-4 P1(3)"),
    ReferenceLine(791.3708, 0.05, "OH 5-1 Q1"),
    ReferenceLine(796.4650, 0.05, "OH 5-1 P1(2)"),
    ReferenceLine(799.3332, 0.05, "OH 5-1 P1(3)"),
    ReferenceLine(834.4602, 0.05, "OH 6-2 Q1"),
    ReferenceLine(839.9170, 0.05, "OH 6-2 P1(2)"),
    ReferenceLine(843.0174, 0.05, "OH 6-2 P1(3)"),
    ReferenceLine(846.5360, 0.05, "OH 6-2 P1(4)"),
    ReferenceLine(888.5850, 0.05, "OH 7-3 P1(2)"),
    ReferenceLine(891.9641, 0.05, "OH 7-3 P1(3)"),
    ReferenceLine(943.9650, 0.05, "OH 8-4 P1(2)"),
)

# NIST Atomic Spectra Database, means of the fine structure; the error stands for asymmetries of pressure-broadened lines.
BALMER_LINES: tuple[ReferenceLine, ...] = (
    ReferenceLine(656.2790, 0.03, "H alpha"),
    ReferenceLine(486.1350, 0.03, "H beta"),
    ReferenceLine(434.0472, 0.03, "H gamma"),
    ReferenceLine(410.1734, 0.03, "H delta"),
    ReferenceLine(397.0075, 0.03, "H epsilon"),
    ReferenceLine(388.9064, 0.05, "H 8"),
    ReferenceLine(383.5397, 0.05, "H 9"),
)
