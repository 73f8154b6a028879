"""What dithers say about scale, orientation and parity of the header's coordinates."""

from __future__ import annotations

import numpy as np
import pytest

from dfs.model import Image
from dfs.recipes.steps.coadd import Coadd
from dfs.recipes.steps.dither import dither_agreement
from dfs.recipes.steps.image_stack import Stack
from dfs.recipes.steps.image_wcs import Affine, CelestialFrame
from dfs.recipes.steps.register import Alignment

HEADERS = [complex(40, -20), complex(-15, 30), complex(5, 12)]


def stacked(measured: list[complex]) -> Stack:
    flat = np.zeros((10, 10), np.float32)
    coadd = Coadd(Image(flat, flat, flat.astype(np.uint8)), flat, flat, np.eye(11), ())
    alignments = [Alignment(Affine.translation(), "stars")]
    for seen, claimed in zip(measured, HEADERS, strict=True):
        off = seen - claimed
        alignments.append(
            Alignment(Affine.translation(seen.real, seen.imag), "stars", 10, 0.1, header_offset_px=(off.real, off.imag))
        )
    frame = CelestialFrame((0.0, 0.0), (0.0, 0.0), np.eye(2))
    return Stack(coadd, frame, (0, 0), tuple(alignments), (1.0,) * 4)


def test_right_headers_agree() -> None:
    found = dither_agreement(stacked([one + 0.1 for one in HEADERS]))
    assert found is not None
    assert (found.scale, found.rotation_deg) == pytest.approx((1.0, 0.0), abs=0.3)
    assert found.parity == 1
    assert found.error < 0.01


def test_a_wrong_scale_and_angle_are_measured() -> None:
    found = dither_agreement(stacked([one * 1.02 * np.exp(0.05j) for one in HEADERS]))
    assert found is not None
    assert found.scale == pytest.approx(1.02)
    assert found.rotation_deg == pytest.approx(np.degrees(0.05))


@pytest.mark.parametrize("sign", [1, -1])
def test_a_mirror_image_is_noticed(sign: int) -> None:
    found = dither_agreement(stacked([sign * np.conj(one) + 0.3 for one in HEADERS]))
    assert found is not None
    assert found.parity == -1


def test_small_dithers_say_nothing() -> None:
    one = stacked([0.1 * one for one in HEADERS])
    short = Stack(one.coadd, one.celestial, one.origin, one.alignments[:1], (1.0,))
    assert dither_agreement(short) is None
