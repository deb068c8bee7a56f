"""Random shape of one synthetic cell, and the brushes that draw in it."""

import cv2
import numpy as np


class CellGeometry:
    """Outline, nucleus and landmarks of one random cell on a square tile.

    Lengths are in units of 1/64 of the tile, so that a cell looks the same at any
    size; ``unit`` is the number of pixels in one.

    Parameters
    ----------
    size : int
        Side of the tile in pixels.
    rng : numpy.random.Generator
        Source of all randomness of this cell.

    Attributes
    ----------
    cell, nucleus, cytoplasm : ndarray of shape (size, size), dtype float32
        Soft masks, from 0 to 1.
    edge_gap, nuclear_gap : ndarray of shape (size, size), dtype float32
        Distance inwards from the outline and outwards from the nucleus, in units.
    centre : ndarray of shape (2,)
        Middle (x, y) of the nucleus in units from the middle of the tile.
    centrosome_angle : float
        Side of the nucleus, in radians along its envelope, where the centrosome lies.
    centrosome : ndarray of shape (2,)
        Position (x, y) in units, just outside the nucleus.
    nucleoli : ndarray of shape (size, size), dtype float32
        Soft mask of the nucleoli.
    """

    def __init__(self, size, rng):
        self.size = size
        self.unit = size / 64
        self.rng = rng
        axis = (np.arange(size, dtype=np.float32) + 0.5) / self.unit - 32
        self._grid = np.meshgrid(axis, axis)
        self._draw_outline()
        self._draw_nucleus()
        self.cytoplasm = self.cell * (1 - self.nucleus)
        self._draw_landmarks()

    def _draw_outline(self):
        x, y = self._grid
        angle = np.arctan2(y, x)
        outline = np.ones_like(angle)
        for wave, strength in ((2, 0.15), (3, 0.10), (5, 0.04)):
            phase = self.rng.uniform(0, 2 * np.pi)
            outline += (
                self.rng.uniform(0.2, 1) * strength * np.cos(wave * angle + phase)
            )
        outline *= self.rng.uniform(26, 30) / outline.max()
        self.edge_gap = outline - np.hypot(x, y)
        self.cell = self._soft_step(self.edge_gap)

    def _draw_nucleus(self):
        x, y = self._grid
        rng = self.rng
        self.centre = rng.uniform(-2.5, 2.5, 2)
        turn = rng.uniform(0, np.pi)
        self._axes = rng.uniform(9.5, 11.5) * np.array([1, rng.uniform(0.7, 0.95)])
        self._rotation = np.array(
            [[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]]
        )
        dx, dy = x - np.float32(self.centre[0]), y - np.float32(self.centre[1])
        (a, b), (c, d) = (self._rotation / self._axes[:, None]).astype(np.float32)
        radius = np.hypot(a * dx + b * dy, c * dx + d * dy)
        self.nuclear_gap = (radius - 1) * np.float32(self._axes.mean())
        self.nucleus = self._soft_step(-self.nuclear_gap)

    def _draw_landmarks(self):
        rng = self.rng
        self.centrosome_angle = rng.uniform(0, 2 * np.pi)
        self.centrosome = self.around_nucleus(
            self.centrosome_angle, rng.uniform(1.5, 3.0)
        )
        n_nucleoli = rng.integers(2, 5)
        angles = rng.uniform(0, 2 * np.pi) + np.arange(n_nucleoli) * 2 * np.pi / (
            n_nucleoli
        )
        centres = self.around_nucleus(angles, -rng.uniform(3.5, 6.5, n_nucleoli))
        self.nucleoli = self.spots(centres, rng.uniform(1.3, 2.2, n_nucleoli), power=4)

    def around_nucleus(self, angles, gap):
        """Return the points (x, y) at these angles, `gap` units off the envelope."""
        angles, gap = np.asarray(angles), np.asarray(gap)
        circle = np.stack([np.cos(angles), np.sin(angles)], axis=-1)
        return self.centre + (circle * (self._axes + gap[..., None])) @ self._rotation

    def scatter(self, n_points, density):
        """Draw up to `n_points` positions (x, y) in units from a density map."""
        points = self.rng.uniform(-32, 32, (8 * n_points, 2))
        column, row = ((points + 32) * self.unit).astype(int).T
        kept = self.rng.random(len(points)) < density[row, column]
        return points[kept][:n_points]

    def spots(self, centres, radii, power=2):
        """Draw round spots; `power` 2 is a Gaussian, more is flatter with an edge."""
        image = np.zeros((self.size, self.size), np.float32)
        axis = self._grid[0][0]
        radii = np.maximum(radii, 0.6 / self.unit)  # never lost between two pixels
        for (x, y), radius in zip(
            centres, np.broadcast_to(radii, len(centres)), strict=True
        ):
            reach = 2.5 * radius + 0.5
            rows = slice(*np.searchsorted(axis, [y - reach, y + reach]))
            columns = slice(*np.searchsorted(axis, [x - reach, x + reach]))
            distance = np.hypot(axis[rows, None] - y, axis[columns] - x) / radius
            spot = np.exp(-(distance**power)).astype(np.float32)
            np.maximum(image[rows, columns], spot, out=image[rows, columns])
        return image

    def strokes(self, points, width):
        """Draw curves given as points (n_curves, n_points, 2), `width` units thick."""
        # OpenCV draws no line thinner than a pixel: small cells need a finer canvas.
        fineness = -(-128 // self.size)
        unit = self.unit * fineness
        canvas = np.zeros((self.size * fineness, self.size * fineness), np.uint8)
        # OpenCV reads fixed-point coordinates with 4 fractional bits.
        fixed = np.round(((points + 32) * unit - 0.5) * 16).astype(np.int32)
        thickness = max(1, round(width * unit))
        cv2.polylines(canvas, list(fixed), False, 255, thickness, cv2.LINE_AA, 4)
        return self._fit(self.blur(canvas.astype(np.float32) / 255, 0.3))

    def texture(self, grain):
        """Return smooth noise of mean 0 and deviation 1, `grain` units coarse."""
        # A canvas just fine enough is fast, and the same noise at any size.
        n_grains = round(64 / grain)
        noise = self.rng.standard_normal((2 * n_grains, 2 * n_grains), np.float32)
        noise = self._fit(cv2.GaussianBlur(noise, (0, 0), 2))
        return (noise - noise.mean()) / noise.std()

    def blur(self, image, sigma):
        """Blur by a Gaussian of `sigma` units."""
        return cv2.GaussianBlur(image, (0, 0), sigma * len(image) / 64)

    def _fit(self, canvas):
        """Resize a canvas to the tile."""
        how = cv2.INTER_AREA if len(canvas) > self.size else cv2.INTER_CUBIC
        return cv2.resize(canvas, (self.size, self.size), interpolation=how)

    def _soft_step(self, depth):
        """Return 0 outside and 1 inside, with an edge one unit (or pixel) wide."""
        return np.clip(depth * min(1, self.unit) + 0.5, 0, 1)
