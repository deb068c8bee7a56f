"""The losses as their papers write them, in plain NumPy and loops."""

import numpy as np
from scipy import ndimage
from scipy.special import expit


def cross_entropy(p, y):
    return -np.log(p) if y else -np.log(1 - p)


def binary_cross_entropy(logits, maps, auxiliary, targets, images):
    pairs = zip(expit(logits).flat, targets.flat, strict=True)
    return np.mean([cross_entropy(p, y) for p, y in pairs])


def auxiliary(logits, maps, auxiliary, targets, images):
    return binary_cross_entropy(
        logits, None, None, targets, None
    ) + binary_cross_entropy(auxiliary, None, None, targets, None)


def focal_of_each(logits, targets):
    p_true = np.where(targets == 1, expit(logits), 1 - expit(logits))
    return -((1 - p_true) ** 2) * np.log(p_true)


def focal(logits, maps, auxiliary, targets, images):
    return focal_of_each(logits, targets).mean()


def asymmetric(logits, maps, auxiliary, targets, images):
    costs = []
    for p, y in zip(expit(logits).flat, targets.flat, strict=True):
        shifted = max(p - 0.05, 0)
        absent = shifted**4 * -np.log(1 - shifted)
        costs.append((1 - p) * -np.log(p) if y else absent)
    return np.mean(costs)


def soft_macro_f1(logits, maps, auxiliary, targets, images):
    scores = []
    for p, y in zip(expit(logits).T, targets.T, strict=True):
        if y.any():
            precision, recall = (p * y).sum() / p.sum(), (p * y).sum() / y.sum()
            scores.append(2 * precision * recall / (precision + recall))
    return 1 - np.mean(scores)


def dice(logits, maps, auxiliary, targets, images):
    costs = []
    for p, y in zip(expit(logits), targets, strict=True):
        costs.append(1 - (2 * (p * y).sum() + 1) / (p.sum() + y.sum() + 1))
    return np.mean(costs)


def lovasz_hinge(logits, maps, auxiliary, targets, images):
    """The extension from its definition: sets of errors grow from the worst on."""
    costs = []
    for column, y in zip(logits.T, targets.T, strict=True):
        errors = np.maximum(1 - (2 * y - 1) * column, 0)
        order = np.argsort(-errors)
        for members in (y, 1 - y):
            truth, before = set(np.flatnonzero(members)), 0
            cost = 0
            for k in range(len(order)):
                wrong = set(order[: k + 1])
                lost = len(wrong) / len(truth | wrong)  # 1 - Jaccard
                cost += errors[order[k]] * (lost - before)
                before = lost
            costs.append(cost)
    return np.mean(costs)


def unit(image):
    spread = image.max() - image.min()
    return (image - image.min()) / spread if spread else np.zeros(image.shape)


def mask(protein, map_size, sigma=1 / 128, threshold=0.3, dilation=3):
    """The mask of one image of the protein, by SciPy."""
    sigma *= min(protein.shape)
    blurred = ndimage.gaussian_filter(unit(protein), sigma, mode="nearest")
    bright = ndimage.maximum_filter(unit(blurred) > threshold, dilation)
    rows, columns = (
        ((np.arange(n) + 0.5) * side / n).astype(int)
        for n, side in zip(map_size, protein.shape, strict=True)
    )
    return bright[np.ix_(rows, columns)].astype(float)


def masks(images, targets, map_size, **options):
    drawn = [mask(image.astype(float), map_size, **options) for image in images[:, 1]]
    return np.stack(drawn)[:, np.newaxis] * targets[:, :, np.newaxis, np.newaxis]


def masked_map(logits, maps, auxiliary, targets, images):
    truth = masks(images, targets, maps.shape[2:])
    return binary_cross_entropy(maps, None, None, truth, None)


def dice_focal(logits, maps, auxiliary, targets, images):
    truth = masks(images, targets, maps.shape[2:])
    of_labels = focal_of_each(logits, targets).sum(axis=1).mean()
    return 0.4 * dice(maps, None, None, truth, None) + 0.6 * of_labels


REFERENCES = {
    "AsymmetricLoss": asymmetric,
    "AuxiliaryLoss": auxiliary,
    "BinaryCrossEntropyLoss": binary_cross_entropy,
    "DiceFocalLoss": dice_focal,
    "DiceLoss": dice,
    "FocalLoss": focal,
    "LovaszHingeLoss": lovasz_hinge,
    "MaskedMapLoss": masked_map,
    "SoftMacroF1Loss": soft_macro_f1,
}
