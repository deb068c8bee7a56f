"""Masks of the protein as targets of maps."""

import cv2
import numpy as np
import pytest
import torch
from numpy.testing import assert_array_equal

from sklearn_protloc.losses._mask_targets import mask_targets
from tests.losses.references import mask

OPTIONS = {"sigma": 1 / 128, "threshold": 0.3, "dilation": 3}


def masks_of(protein, map_size=None, targets=None, **options):
    protein = torch.as_tensor(np.asarray(protein))
    if targets is None:
        targets = torch.ones(len(protein), 1)
    size = map_size or protein.shape[1:]
    return mask_targets(protein, targets, size, **{**OPTIONS, **options}).numpy()


@pytest.fixture(scope="module")
def proteins():
    """Whole numbers, so that scaling by powers of two is exact."""
    return np.random.default_rng(0).integers(0, 256, (3, 40, 56)).astype(np.float32)


@pytest.mark.parametrize("map_size", [(40, 56), (5, 7), (1, 1), (64, 100)])
@pytest.mark.parametrize("sigma", [0, 0.01, 0.05, 1])
@pytest.mark.parametrize("dilation", [1, 3, 9])
def test_masks_are_those_of_scipy(proteins, map_size, sigma, dilation):
    options = {"sigma": sigma, "threshold": 0.6, "dilation": dilation}
    expected = [mask(image.astype(float), map_size, **options) for image in proteins]
    drawn = masks_of(proteins.astype(float), map_size, **options)
    assert_array_equal(drawn[:, 0], expected)
    assert dilation > 1 or map_size == (1, 1) or 0 < drawn.mean() < 1


@pytest.mark.parametrize("gain", [2.0**-12, 1, 2.0**9])
@pytest.mark.parametrize("offset", [-300, 0, 512])
def test_brightness_and_contrast_do_not_matter(proteins, gain, offset):
    """So that images may be standardised or not."""
    changed = masks_of(gain * (proteins + offset))
    assert_array_equal(changed, masks_of(proteins))


def test_standardised_images_have_the_masks_of_the_pixels(proteins):
    mean = proteins.mean(axis=(1, 2), keepdims=True)
    std = proteins.std(axis=(1, 2), keepdims=True)
    differs = masks_of((proteins - mean) / (std + 1e-7)) != masks_of(proteins / 255)
    assert differs.mean() < 0.001  # pixels on the threshold, by rounding


@pytest.mark.parametrize("value", [0, 0.1, -1e6, 3e30])
def test_images_of_one_brightness_have_an_empty_mask(value):
    flat = np.full((2, 16, 16), value, dtype=np.float32)
    assert not masks_of(flat).any()


def test_one_flat_image_leaves_the_others_alone(proteins):
    mixed = proteins.copy()
    mixed[1] = 7
    assert_array_equal(masks_of(mixed)[[0, 2]], masks_of(proteins)[[0, 2]])


def test_every_present_label_has_the_mask_and_no_absent_one(proteins):
    targets = torch.tensor([[1.0, 0.0, 0.5], [0.0, 0.0, 0.0], [1.0, 1.0, 1.0]])
    drawn, single = masks_of(proteins, targets=targets), masks_of(proteins)[:, 0]
    for image, labels, alone in zip(drawn, targets.numpy(), single, strict=True):
        for label, presence in zip(image, labels, strict=True):
            assert_array_equal(label, presence * alone)


def test_blur_grows_with_the_image(proteins):
    """An image of twice the size has the same mask, twice as large."""
    smooth = cv2.GaussianBlur(proteins[0], None, 4)
    large = cv2.resize(smooth, None, fx=4, fy=4, interpolation=cv2.INTER_LINEAR)
    options = {"sigma": 0.1, "threshold": 0.6, "dilation": 1}
    small, same = (masks_of(im[None], (40, 56), **options) for im in (smooth, large))
    assert (small != same).mean() < 0.02
    assert 0.05 < small.mean() < 0.95


def test_a_bright_pixel_does_not_dim_the_cell():
    image = np.zeros((1, 128, 128), dtype=np.float32)
    image[0, 30:60, 30:60] = 10
    expected = masks_of(image).sum()
    image[0, 100, 100] = 60
    assert masks_of(image).sum() > 0.9 * expected > 0


def test_whole_numbers_will_do(proteins):
    assert_array_equal(masks_of(proteins.astype(np.uint8)), masks_of(proteins))


def test_masks_of_real_fields_cover_a_part_of_them(protloc_data):
    """Where few bright pixels set the scale, masks would be all but empty."""
    shares = []
    for path in sorted((protloc_data / "hpa_fullres" / "images").glob("*green*")):
        image = cv2.imread(str(path), cv2.IMREAD_GRAYSCALE)
        image = cv2.resize(image, (256, 256), interpolation=cv2.INTER_AREA)
        shares.append(masks_of(image[None], (16, 16)).mean())
    assert len(shares) == 4
    assert sum(0.05 < share < 0.3 for share in shares) == 3
    assert min(shares) > 0  # a single aggresome
