import cv2
import numpy as np
import pytest
import torch
from numpy.testing import assert_allclose, assert_array_equal

from sklearn_protloc.augmentation import (
    Compose,
    OneOf,
    RandomDihedral,
    RandomGaussianBlur,
    RandomGaussianNoise,
    RandomHorizontalFlip,
    augment_batch,
)
from sklearn_protloc.datasets import make_cells
from tests.augmentation.test_common import AUGMENTERS, each_augmenter

N = 12
# before version 5, OpenCV knew 32 places between two pixels
ATOL = 2e-4 if int(cv2.__version__.split(".")[0]) >= 5 else 0.03


@pytest.fixture(scope="module")
def cells():
    return make_cells(N, image_size=48, random_state=0).data


def generators():
    return [np.random.default_rng([7, i]) for i in range(N)]


def one_by_one(augmenter, images):
    return np.stack(
        [augmenter(x, rng) for x, rng in zip(images, generators(), strict=True)]
    )


@each_augmenter
@pytest.mark.parametrize("shape", [(4, 48, 48), (3, 30, 41)])
def test_torch_does_what_opencv_does(augmenter, cells, shape):
    images = (cells / np.float32(255))[:, : shape[0], : shape[1], : shape[2]]
    before = torch.from_numpy(images.copy())
    batch = before.clone()
    changed = augment_batch(augmenter, batch, generators())
    assert_allclose(changed.numpy(), one_by_one(augmenter, images), atol=ATOL)
    assert torch.equal(batch, before)


@each_augmenter
@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_unsigned_images_are_clipped_and_rounded(augmenter, cells, dtype):
    images = cells.astype(dtype) * (np.iinfo(dtype).max // 255)
    changed = augment_batch(augmenter, torch.from_numpy(images), generators())
    assert changed.numpy().dtype == dtype
    expected = one_by_one(augmenter, images).astype(float)
    difference = np.abs(changed.numpy() - expected) / np.iinfo(dtype).max
    assert difference.max() < ATOL + 2.6 / 255  # a rounding at each step


@pytest.mark.parametrize(
    "augmenter", [RandomDihedral(), RandomHorizontalFlip()], ids=["dihedral", "flip"]
)
def test_moves_are_exact(augmenter, cells):
    changed = augment_batch(augmenter, torch.from_numpy(cells), generators())
    assert_array_equal(changed.numpy(), one_by_one(augmenter, cells))


@pytest.mark.parametrize(
    "dtype", [torch.float16, torch.bfloat16, torch.float32, torch.float64]
)
def test_floating_types_are_kept(dtype, cells):
    images = torch.from_numpy(cells / 255).to(dtype)
    for augmenter in AUGMENTERS:
        changed = augment_batch(augmenter, images, generators())
        assert changed.dtype == dtype
        assert changed.shape == images.shape


def test_an_image_is_changed_alike_in_any_batch(cells):
    images = torch.from_numpy(cells / np.float32(255))
    augmenter = Compose(
        [
            OneOf([RandomGaussianBlur((0.2, 3)), RandomGaussianNoise()]),
            OneOf([RandomGaussianBlur((0.2, 1)), RandomDihedral()]),
        ]
    )
    together = augment_batch(augmenter, images, generators())
    alone = [
        augment_batch(augmenter, image[None], [rng])
        for image, rng in zip(images, generators(), strict=True)
    ]
    assert_allclose(together, torch.cat(alone), atol=1e-6)


def test_channels_last(cells):
    images = torch.from_numpy(cells / np.float32(255))
    last = images.to(memory_format=torch.channels_last)
    for augmenter in AUGMENTERS:
        assert_allclose(
            augment_batch(augmenter, last, generators()),
            augment_batch(augmenter, images, generators()),
            atol=1e-6,
        )


def test_no_images():
    empty = torch.empty(0, 4, 8, 8)
    assert augment_batch(RandomDihedral(), empty, []).shape == empty.shape


@pytest.mark.skipif(not torch.cuda.is_available(), reason="no GPU")
@each_augmenter
def test_on_a_gpu(augmenter, cells):
    images = torch.from_numpy(cells / np.float32(255))
    changed = augment_batch(augmenter, images.cuda(), generators())
    assert changed.is_cuda
    assert_allclose(
        changed.cpu(), augment_batch(augmenter, images, generators()), atol=2e-3
    )


@pytest.mark.parametrize(
    ("augmenter", "images", "n_rngs", "error", "message"),
    [
        (lambda image, rng: image, torch.zeros(2, 1, 4, 4), 2, TypeError, "augmenter"),
        (RandomDihedral(), np.zeros((2, 1, 4, 4)), 2, TypeError, "as a torch.Tensor"),
        (RandomDihedral(), torch.zeros(1, 4, 4), 1, ValueError, r"\(1, 4, 4\)"),
        (RandomDihedral(), torch.zeros(2, 1, 4, 4), 3, ValueError, "2 images, got 3"),
        (
            RandomDihedral(),
            torch.zeros(2, 1, 4, 4, dtype=torch.int64),
            2,
            TypeError,
            "uint8, uint16 or floating, got torch.int64",
        ),
    ],
)
def test_what_cannot_be_changed(augmenter, images, n_rngs, error, message):
    rngs = [np.random.default_rng(i) for i in range(n_rngs)]
    with pytest.raises(error, match=message):
        augment_batch(augmenter, images, rngs)


def test_chance_comes_from_generators():
    with pytest.raises(TypeError, match="Expected rng as a numpy"):
        augment_batch(RandomDihedral(), torch.zeros(1, 1, 4, 4), [0])
