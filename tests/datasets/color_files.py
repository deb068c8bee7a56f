"""Files that show stains in colour, as the Human Protein Atlas does."""

import cv2
import numpy as np

COLORS = ("red", "green", "blue", "yellow")
BGR = {"blue": [0], "green": [1], "red": [2], "yellow": [1, 2]}
IDS = ["4109_24_H11_1", "4109_si24_H11_2", "10580_1610_C1_13_cr580609aeb2c05"]


def in_color(channels, colors):
    image = np.zeros((*channels[0].shape, 3), channels[0].dtype)
    for channel, color in zip(channels, colors, strict=True):
        for plane in BGR[color]:
            image[..., plane] = channel
    return image


def write(path, image):
    path.parent.mkdir(parents=True, exist_ok=True)
    options = []
    if path.suffix == ".jpg":  # the best there is, to compare pixels
        full = cv2.IMWRITE_JPEG_SAMPLING_FACTOR_444
        options = [cv2.IMWRITE_JPEG_QUALITY, 100]
        options += [cv2.IMWRITE_JPEG_SAMPLING_FACTOR, full]
    assert cv2.imwrite(str(path), image, options)


def nested(image_id):
    return image_id.replace("_", "/", 1)


def write_singles(folder, cells, name, extension="jpg", colors=COLORS, colored=True):
    for image_id, cell in zip(IDS, cells, strict=True):
        for color in colors:
            channel = cell[COLORS.index(color)]
            image = in_color([channel], [color]) if colored else channel
            write(folder / f"{name(image_id)}_{color}.{extension}", image)


def assert_alike(data, cells, tolerance=2):
    assert data.shape == cells.shape
    for read, cell in zip(data, cells, strict=True):
        assert np.abs(read.astype(int) - cell).mean(axis=(1, 2)).max() < tolerance
