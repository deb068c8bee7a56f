"""Brushes that draw in the window of one cell."""

import cv2
import numpy as np


class Brushes:
    """Draw dots, lines and textures whose look does not depend on the resolution.

    Positions (x, y) and lengths are in units of 1/64 of the place of a cell, and
    counted from its middle.

    Parameters
    ----------
    size : int
        Side of the window in pixels.
    unit : float
        Pixels in a unit.
    middle : ndarray of shape (2,)
        Middle of the place in pixels from the corner of the window.
    rng : numpy.random.Generator
        Source of all randomness.
    abundance : float
        Factor on the number of scattered points.
    """

    def __init__(self, size, unit, middle, rng, abundance):
        self.size = size
        self.unit = unit
        self.middle = middle
        self.rng = rng
        self.abundance = abundance
        # A row of x and a column of y.
        centres = np.arange(size, dtype=np.float32) + 0.5
        self.x = (centres - np.float32(middle[0])) / unit
        self.y = (centres - np.float32(middle[1]))[:, None] / unit

    def scatter(self, n_points, density, middle=(0, 0), reach=32):
        """Draw about `n_points` positions from a density map, from a square of it."""
        n_points = max(2, round(n_points * self.abundance))
        points = np.asarray(middle) + self.rng.uniform(
            -reach, reach, (20 * n_points, 2)
        )
        kept = self.rng.random(len(points)) < density[self.pixels(points)]
        return points[kept][:n_points]

    def pixels(self, points):
        """Return the index of the pixels at positions (x, y), or next to them."""
        pixels = (points * self.unit + self.middle).astype(int)
        column, row = np.moveaxis(np.clip(pixels, 0, self.size - 1), -1, 0)
        return row, column

    def spots(self, centres, radii, power=2):
        """Draw round spots; `power` 2 is a Gaussian, more is flatter with an edge."""
        image = np.zeros((self.size, self.size), np.float32)
        radii = np.maximum(radii, 0.6 / self.unit)  # never lost between two pixels
        radii = np.broadcast_to(radii, len(centres))
        for (x, y), radius in zip(centres, radii, strict=True):
            reach = 2.5 * radius + 0.5
            rows = slice(*np.searchsorted(self.y[:, 0], [y - reach, y + reach]))
            columns = slice(*np.searchsorted(self.x, [x - reach, x + reach]))
            distance = np.hypot(self.y[rows] - y, self.x[columns] - x)
            spot = np.exp(-((distance / radius) ** power)).astype(np.float32)
            np.maximum(image[rows, columns], spot, out=image[rows, columns])
        return image

    def strokes(self, points, width):
        """Draw curves given as points (n_curves, n_points, 2), `width` units thick."""
        # OpenCV draws no line thinner than a pixel: small cells need a finer canvas.
        fineness = -(-128 // self.size)
        canvas = np.zeros((self.size * fineness, self.size * fineness), np.uint8)
        # OpenCV reads fixed-point coordinates with 4 fractional bits.
        pixels = (points * self.unit + self.middle) * fineness - 0.5
        fixed = np.round(pixels * 16).astype(np.int32)
        thickness = max(1, round(width * self.unit * fineness))
        cv2.polylines(canvas, list(fixed), False, 255, thickness, cv2.LINE_AA, 4)
        return self._fit(self.blur(canvas.astype(np.float32) / 255, 0.3))

    def rings(self, centres, radii, width):
        """Draw circles, `width` units thick."""
        angles = np.linspace(0, 2 * np.pi, 25)
        circle = np.stack([np.cos(angles), np.sin(angles)], axis=1)
        radii = np.asarray(radii)[:, None, None]
        return self.strokes(np.asarray(centres)[:, None] + radii * circle, width)

    def texture(self, grain):
        """Return smooth noise of mean 0 and deviation 1, `grain` units coarse."""
        # A canvas just fine enough is fast, and the same noise at any size.
        n_grains = round(64 / grain)
        noise = self.rng.standard_normal((n_grains, n_grains), np.float32)
        noise = self._fit(cv2.GaussianBlur(noise, (0, 0), 1))
        return (noise - noise.mean()) / noise.std()

    def mottle(self, grain, strength):
        """Return an uneven brightness around 1."""
        return np.maximum(1 + strength * self.texture(grain), 0)

    def blur(self, image, sigma):
        """Blur by a Gaussian of `sigma` units."""
        fineness = len(image) / self.size
        return cv2.GaussianBlur(image, (0, 0), sigma * self.unit * fineness)

    def soft_step(self, depth):
        """Return 0 outside and 1 inside, with an edge one unit (or pixel) wide."""
        return np.clip(depth * min(1, self.unit) + 0.5, 0, 1)

    def _fit(self, canvas):
        """Resize a canvas to the window."""
        how = cv2.INTER_AREA if len(canvas) > self.size else cv2.INTER_CUBIC
        return cv2.resize(canvas, (self.size, self.size), interpolation=how)


def walk(starts, heading, *, bend, step, n_steps, wave=0):
    """Return curves of `n_steps` steps whose heading turns by `bend` and swings."""
    count = np.arange(n_steps)
    angles = heading[:, None] + bend[:, None] * count
    angles = angles + wave * np.sin(1.3 * count + 6 * heading[:, None])
    moves = np.stack([np.cos(angles), np.sin(angles)], axis=2) * step[:, None, None]
    path = starts[:, None] + np.cumsum(moves, axis=1)
    return np.concatenate([starts[:, None], path], axis=1)
