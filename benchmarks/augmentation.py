"""Compare the image changes with OpenCV by hand, with albumentations and with imgaug.

Run ``OMP_NUM_THREADS=1 python benchmarks/augmentation.py``. The peers replace packages
that this library needs, so give them an environment of their own, with this library in
it: ``pip install -e .[fast] albumentations imgaug``. A peer that is not there is left
out.

Images are 4 x 512 x 512 uint8, one thread. This library and the code by hand take and
return channels first, as networks want them; the peers take and return channels last,
which is what they are made for, and are not charged for turning images round. Every
image is changed by figures drawn anew. All take turns, and every ratio is the median of
the ratios of the turns: how often a peer's time is that of this library. Times are
those of the processor, so that other programs on the machine count little.

Below both policies stands what OpenCV needs at the very least: a copy of the image, its
resize for a crop, and its warp for a change that is affine, without any other work. No
code on OpenCV can be faster, so the ratios there are the most that there is to reach.
"""

import importlib
import time

import cv2
import numpy as np

from sklearn_protloc.augmentation import (
    Compose,
    RandomBrightness,
    RandomGaussianNoise,
    RandomHorizontalFlip,
    gapnet_variant,
)

SIZE, TURNS, IMAGES = 512, 15, 20
ROUNDS = 7  # of the images in each turn of a policy, whose changes differ in time
GAPNET, COMPOSED = "GapNet variant, one of these", "flip, affine, brightness, noise"
GOALS = {"by hand": "1 / 1.3 or more", "albumentations": "4", "imgaug": "8"}
RNG = np.random.default_rng(0)
KEPT = np.empty((2, SIZE, SIZE, 4), np.uint8)
BANK = np.clip(128 + 32 * RNG.standard_normal(1 << 22), 0, 255).astype(np.uint8)


def this_library():
    """Return the changes of this library by name."""
    changes = gapnet_variant()
    composed = Compose(
        [
            RandomHorizontalFlip(),
            changes.augmenters[-1],
            RandomBrightness(),
            RandomGaussianNoise(),
        ]
    )
    names = ["flip", "blur", "side crop", "contrast", "noise", "multiply", "affine"]
    augmenters = dict(zip(names, changes.augmenters, strict=True))
    augmenters |= {GAPNET: changes, COMPOSED: composed}
    return {name: lambda x, a=a: a(x, RNG) for name, a in augmenters.items()}


def by_hand():
    """Return the same as one would write them for speed, without any checks."""
    changes = {
        "flip": lambda x: flip(x) if RNG.random() < 0.5 else x.copy(),
        "blur": lambda x: blur(x) if RNG.random() < 0.5 else x.copy(),
        "side crop": side_crop,
        "contrast": lambda x: look_up(x, RNG.uniform(0.5, 1.5), 127.5),
        "noise": noise,
        "multiply": multiply,
        "affine": lambda x: warp(x, random_matrix()),
    }
    functions = list(changes.values())
    changes[GAPNET] = lambda x: functions[RNG.integers(7)](x)
    changes[COMPOSED] = composed
    return changes


def least():
    """Return of each policy what OpenCV cannot do without."""

    def moved(image):
        return warp(image, random_matrix(), *KEPT)

    seven = [np.copy] * 5 + [side_crop, moved]
    return {GAPNET: lambda x: seven[RNG.integers(7)](x), COMPOSED: moved}


def flip(image):
    out = np.empty_like(image)
    for plane, to in zip(image, out, strict=True):
        cv2.flip(plane, 1, dst=to)
    return out


def blur(image):
    sigma = RNG.uniform(0.01, 0.5)
    size = 2 * int(np.ceil(3 * sigma)) + 1
    out = np.empty_like(image)
    for plane, to in zip(image, out, strict=True):
        cv2.GaussianBlur(plane, (size, size), sigma, dst=to)
    return out


def side_crop(image):
    top, bottom, left, right = (RNG.uniform(0, 0.1, 4) * SIZE).astype(int)
    part = image[:, top : SIZE - bottom, left : SIZE - right]
    out = np.empty_like(image)
    for plane, to in zip(part, out, strict=True):
        cv2.resize(plane, (SIZE, SIZE), dst=to)
    return out


def look_up(image, gain, center=0.0, shift=0.0):
    table = gain * (np.arange(256) - center) + center + shift
    table = np.clip(np.rint(table), 0, 255).astype(np.uint8)
    return cv2.LUT(image.reshape(-1, SIZE), table).reshape(image.shape)


def multiply(image):
    if RNG.random() > 0.2:
        return look_up(image, RNG.uniform(0.8, 1.2))
    gains = RNG.uniform(0.8, 1.2, len(image))
    return np.concatenate(
        [look_up(x[None], g) for x, g in zip(image, gains, strict=True)]
    )


def noise(image):
    scale = RNG.uniform(0, 0.05) * 255 / 32
    own = RNG.random() < 0.5
    starts = RNG.integers(len(BANK) - SIZE * SIZE, size=4 if own else 1)
    out = np.empty_like(image)
    for plane, to, start in zip(image, out, np.broadcast_to(starts, 4), strict=True):
        some = BANK[start : start + SIZE * SIZE].reshape(SIZE, SIZE)
        cv2.addWeighted(plane, 1, some, scale, -128 * scale, dst=to)
    return out


def random_matrix():
    matrix = cv2.getRotationMatrix2D((255.5, 255.5), RNG.uniform(-180, 180), 1)
    matrix[:, :2] *= RNG.uniform(0.8, 1.2, 2)
    matrix[:, 1] += np.tan(np.radians(RNG.uniform(-8, 8))) * matrix[:, 0]
    matrix[:, 2] += RNG.uniform(-0.2, 0.2, 2) * SIZE
    return matrix


def warp(image, matrix, merged=None, warped=None):
    out = np.empty_like(image)
    merged = cv2.merge(list(image), dst=merged)
    warped = cv2.warpAffine(merged, matrix, (SIZE, SIZE), dst=warped)
    cv2.split(warped, list(out))
    return out


def composed(image):
    matrix = random_matrix()
    if RNG.random() < 0.5:
        matrix[:, 2] += matrix[:, 0] * (SIZE - 1)
        matrix[:, 0] *= -1
    bright = look_up(warp(image, matrix), 1, shift=RNG.uniform(-12.75, 12.75))
    return noise(bright)


def albumentations():
    """Return the same from albumentations."""
    import albumentations as alb

    both = {"x": (0.8, 1.2), "y": (0.8, 1.2)}
    shifts = {"x": (-0.2, 0.2), "y": (-0.2, 0.2)}
    affine = alb.Affine(
        scale=both,
        translate_percent=shifts,
        rotate=(-180, 180),
        shear={"x": (-8, 8), "y": 0},
        p=1,
    )
    noises = [alb.GaussNoise(std_range=(0, 0.05), per_channel=c, p=0.5) for c in (0, 1)]
    times = [
        alb.MultiplicativeNoise(multiplier=(0.8, 1.2), per_channel=c, p=p)
        for c, p in [(False, 0.8), (True, 0.2)]
    ]
    changes = {
        "flip": alb.Sequential([alb.HorizontalFlip(p=0.5)], p=1),
        "blur": alb.Sequential([alb.GaussianBlur(sigma_limit=(0, 0.5), p=0.5)], p=1),
        "side crop": alb.CropAndPad(percent=(-0.1, 0), p=1),
        "contrast": alb.RandomBrightnessContrast(0, (-0.5, 0.5), p=1),
        "noise": alb.OneOf(noises, p=1),  # where p is how often one is chosen
        "multiply": alb.OneOf(times, p=1),
        "affine": affine,
    }
    chosen = [alb.Sequential([change], p=1) for change in changes.values()]
    changes[GAPNET] = alb.OneOf(chosen, p=1)
    bright = alb.RandomBrightnessContrast((-0.05, 0.05), 0, p=1)
    changes[COMPOSED] = alb.Sequential(
        [alb.HorizontalFlip(p=0.5), affine, bright, changes["noise"]], p=1
    )
    composed = {name: alb.Compose([c], seed=0) for name, c in changes.items()}
    return {name: lambda x, c=c: c(image=x)["image"] for name, c in composed.items()}


def imgaug():
    """Return the same from imgaug."""
    kinds = {"int": np.signedinteger, "uint": np.unsignedinteger, "float": np.floating}
    vars(np)["sctypes"] = {name: kind.__subclasses__() for name, kind in kinds.items()}
    import imgaug.augmenters as iaa  # asks for what NumPy 2 has no longer

    noise = iaa.AdditiveGaussianNoise(scale=(0, 0.05 * 255), per_channel=0.5)
    affine = iaa.Affine(
        scale={"x": (0.8, 1.2), "y": (0.8, 1.2)},
        translate_percent={"x": (-0.2, 0.2), "y": (-0.2, 0.2)},
        rotate=(-180, 180),
        shear=(-8, 8),
    )
    changes = {
        "flip": iaa.Fliplr(0.5),
        "blur": iaa.Sometimes(0.5, iaa.GaussianBlur((0, 0.5))),
        "side crop": iaa.Crop(percent=(0, 0.1)),
        "contrast": iaa.LinearContrast((0.5, 1.5)),
        "noise": noise,
        "multiply": iaa.Multiply((0.8, 1.2), per_channel=0.2),
        "affine": affine,
    }
    changes[GAPNET] = iaa.OneOf(list(changes.values()))
    changes[COMPOSED] = iaa.Sequential(
        [iaa.Fliplr(0.5), affine, iaa.Add((-13, 13)), noise]
    )
    return {name: lambda x, c=c: c(image=x) for name, c in changes.items()}


def installed_peers():
    """Return the changes of each peer that can be imported."""
    found = {}
    for build in [albumentations, imgaug]:
        name = build.__name__
        if importlib.util.find_spec(name) is None:
            print(f"{name} is not installed: pip install -e . {name}, in a new venv")
        else:
            found[name] = build()
    return found


def seconds_of(change, images, rounds):
    """Return the seconds that an image takes."""
    start = time.process_time()
    for _ in range(rounds):
        for image in images:
            change(image)
    return (time.process_time() - start) / (rounds * len(images))


def print_row(name, times, others):
    """Print a time and how often others take it, each the median of all turns."""
    ratios = np.median(others / times[:, np.newaxis], axis=0)
    own = 1e3 * np.median(times)
    print(f"{name:34}{own:7.2f}" + "".join(f"{r:16.2f}" for r in ratios))


def main():
    peers = {"by hand": by_hand(), **installed_peers()}
    ours, needed = this_library(), least()
    first = RNG.integers(0, 256, (IMAGES, 4, SIZE, SIZE), dtype=np.uint8)
    last = np.ascontiguousarray(first.transpose(0, 2, 3, 1))
    print(f"{'change':34}{'ms':>7}" + "".join(f"{name:>16}" for name in peers))
    for name, change in ours.items():
        rounds = ROUNDS if name in needed else 1
        change(first[0])
        times = np.empty((TURNS, 2 + len(peers)))
        for turn in times:
            turn[0] = seconds_of(change, first, rounds)
            turn[1] = seconds_of(needed.get(name, np.copy), first, rounds)
            for i, (peer, changes) in enumerate(peers.items(), 2):
                images = first if peer == "by hand" else last
                turn[i] = seconds_of(changes[name], images, rounds)
        print_row(name, times[:, 0], times[:, 2:])
        if name in needed:
            print_row("   of which OpenCV needs", times[:, 1], times[:, 2:])
    print(f"{'goal of both policies':41}" + "".join(f"{GOALS[p]:>16}" for p in peers))


if __name__ == "__main__":
    cv2.setNumThreads(1)
    main()
