"""Random shape of one synthetic cell."""

from functools import cached_property

import numpy as np

from sklearn_protloc.datasets._cells._brushes import Brushes, walk
from sklearn_protloc.datasets._cells._places import INTERPHASE, METAPHASE

# Cells that touch grow over each other a little; in units.
_OVERLAP = 0.4
_BRIDGE_RADIUS = 1.5


class Outline:
    """Closed curve of a cell, as a radius in units of 1/64 of its place.

    Parameters
    ----------
    place : Place
        Where the cell lies.
    line : CellLine
        Its looks.
    rng : numpy.random.Generator
        Source of its randomness.
    """

    def __init__(self, place, line, rng):
        self.place = place
        self.turn = rng.uniform(0, np.pi)
        # Cells that divide round up.
        spread, size = (1, 1) if place.phase == INTERPHASE else (0.3, 0.9)
        size = 0.68 if place.phase == METAPHASE else size
        self._aspect = 1 + (line.aspect - 1) * rng.uniform(0.5, 1.5) * spread
        strengths = np.array([0.10, 0.04]) * rng.uniform(0.2, 1, 2) * spread
        phases = rng.uniform(0, 2 * np.pi, 2)
        self._waves = list(
            zip((3, 5), strengths.tolist(), phases.tolist(), strict=True)
        )
        self._scale = 1
        widest = float(self.radius(np.linspace(0, 2 * np.pi, 90)).max())
        self._scale = rng.uniform(26, 30) * size * line.size / widest

    def radius(self, angle):
        """Return the distance from the middle to the outline in a direction."""
        ratio = self._aspect**2
        ellipse = (1 + ratio) + (1 - ratio) * np.cos(2 * (angle - self.turn))
        waves = sum(s * np.cos(k * angle + phase) for k, s, phase in self._waves)
        return self._scale * (1 + waves) / np.sqrt(ellipse)

    def gap(self, x, y, place=None):
        """Return the distance inwards from the outline, in units of a place.

        The coordinates are those of the same place; of its own, if none is given.
        """
        if place is None:
            return self.radius(np.arctan2(y, x)) - np.hypot(x, y)
        scale = place.side / self.place.side
        shift_x, shift_y = 64 * (place.middle - self.place.middle) / self.place.side
        own_x, own_y = np.float32(scale) * x, np.float32(scale) * y
        own_x, own_y = own_x + np.float32(shift_x), own_y + np.float32(shift_y)
        return self.gap(own_x, own_y) / np.float32(scale)

    def is_near(self, other):
        """Tell whether two cells may touch."""
        distance = np.linalg.norm(self.place.middle - other.place.middle)
        return 0 < distance < 0.55 * (self.place.side + other.place.side)


class CellGeometry(Brushes):
    """Compartments and landmarks of one random cell, and the brushes to draw in it.

    Parameters
    ----------
    outline : Outline
        Its outline.
    others : list of Outline
        All cells of the image.
    line : CellLine
        Its looks.
    image_size : int
        Side of the image in pixels.
    rng : numpy.random.Generator
        Source of all randomness of this cell.
    abundance : float
        Factor on the number of scattered points.

    Attributes
    ----------
    cell, nucleus, cytoplasm, nucleoli : ndarray of shape (size, size), dtype float32
        Soft masks, from 0 to 1.
    edge_gap, nuclear_gap, border_gap : ndarray of shape (size, size), dtype float32
        Distance inwards from the outline, outwards from the nucleus, and inwards from
        the border to neighbours that touch (infinite where there is none), in units.
    bridge : ndarray of shape (size, size), dtype float32, or None
        Distance from the axis of the bridge to the sister cell, in units, infinite
        beyond its ends; None without a sister.
    centre : ndarray of shape (2,)
        Middle (x, y) of the nucleus.
    poles : ndarray of shape (n_poles, 2)
        Positions (x, y) of the centrosomes: one beside the nucleus, two in mitosis.
    pole_angle : float
        Side of the nucleus, in radians along its envelope, where the first pole lies.
    nucleolus_centres : ndarray of shape (n_nucleoli, 2)
        Positions (x, y) of the nucleoli.
    nuclear_width : float
        Shorter radius of the nucleus.
    stress_angle : float
        Direction of the stress fibres, in radians.
    """

    def __init__(self, outline, others, line, image_size, rng, abundance=1.0):
        place = outline.place
        unit, middle = place.side * image_size / 64, place.middle * image_size
        size = int(np.ceil(64 * unit))
        self.corner = np.floor(middle - 32 * unit).astype(int)
        super().__init__(size, unit, middle - self.corner, rng, abundance)
        self.outline, self.phase = outline, place.phase
        self._lights = {}
        self._draw_outline([other for other in others if outline.is_near(other)])
        self._draw_nucleus(line)
        self.cytoplasm = self.cell * (1 - self.nucleus)
        self._draw_landmarks(line)

    def light(self, rule):
        """Return what a rule draws in this cell; a second call draws nothing new."""
        if rule not in self._lights:
            self._lights[rule] = rule(self)
        return self._lights[rule]

    def around_nucleus(self, angles, gap):
        """Return the points (x, y) at these angles, `gap` units off the envelope."""
        angles, gap = np.asarray(angles), np.asarray(gap)
        circle = np.stack([np.cos(angles), np.sin(angles)], axis=-1)
        return self.centre + (circle * (self._axes + gap[..., None])) @ self._rotation

    @cached_property
    def fibres(self):
        """Microtubules, as curves (n_fibres, n_points, 2)."""
        if self.phase == METAPHASE:
            return self._spindle()
        n_fibres = 54
        around = np.arange(n_fibres) * 2 * np.pi / n_fibres + self.rng.normal(
            0, 0.2, n_fibres
        )
        starts = self.around_nucleus(around, self.rng.uniform(0, 4, n_fibres))
        # A third grow straight out of the centrosome.
        starts[::3] = self.poles[0]
        outwards = np.arctan2(*(starts - self.centre).T[::-1])
        return walk(
            starts,
            outwards + self.rng.normal(0, 0.8, n_fibres),
            bend=self.rng.normal(0, 0.12, n_fibres),
            step=self.rng.uniform(2.0, 4.0, n_fibres),
            n_steps=10,
        )

    def _spindle(self):
        """Let fibres run from pole to pole, bulging along the plate of chromosomes."""
        along = np.linspace(0, 1, 11)[:, None]
        bulge = np.linspace(-1, 1, 8)[:, None, None] * self._axes[0]
        straight = self.poles[0] + along * (self.poles[1] - self.poles[0])
        return straight + bulge * np.sin(np.pi * along) * self._rotation[0]

    def _draw_outline(self, neighbours):
        x, y = self.x, self.y
        gap = self.outline.gap(x, y)
        edge, self.border_gap = gap, np.full_like(gap, np.inf)
        for other in neighbours:
            other_gap = other.gap(x, y, self.outline.place)
            border = (gap - other_gap) / 2
            touching = (np.minimum(gap, other_gap) > -1) & (border >= 0)
            self.border_gap[touching] = np.minimum(self.border_gap, border)[touching]
            edge = np.minimum(edge, border + _OVERLAP)
        self.bridge = None
        if self.outline.place.sister is not None:
            self.bridge = self._measure_bridge(self.outline.place.sister)
            edge = np.maximum(edge, _BRIDGE_RADIUS - self.bridge)
        self.edge_gap = edge
        self.cell = self.soft_step(edge)

    def _measure_bridge(self, angle):
        x, y = self.x, self.y
        cosine, sine = np.float32(np.cos(angle)), np.float32(np.sin(angle))
        along = cosine * x + sine * y
        start = self.outline.radius(angle) - 6
        return np.where(
            (along > start) & (along < 32), np.abs(cosine * y - sine * x), np.inf
        )

    def _draw_nucleus(self, line):
        x, y = self.x, self.y
        rng = self.rng
        radius = line.nucleus_size * rng.uniform(0.92, 1.08)
        roundness = min(1, line.nucleus_roundness * rng.uniform(0.85, 1.1))
        self.centre = rng.uniform(-2.5, 2.5, 2)
        # Long cells have long nuclei, lying along.
        turn = self.outline.turn + rng.normal(0, 0.4)
        self._axes = radius * np.array([roundness**-0.5, roundness**0.5])
        if self.phase == METAPHASE:
            self._axes, self.centre = np.array([8.5, 2.6]), self.centre / 3
        self.nuclear_width = self._axes.min()
        self._rotation = np.array(
            [[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]]
        )
        dx, dy = x - np.float32(self.centre[0]), y - np.float32(self.centre[1])
        (a, b), (c, d) = (self._rotation / self._axes[:, None]).astype(np.float32)
        along, across = a * dx + b * dy, c * dx + d * dy
        distance = np.hypot(along, across)
        notch = line.lobe * np.cos(3 * np.arctan2(across, along) + rng.uniform(0, 6))
        self.nuclear_gap = (distance * (1 + notch) - 1) * np.float32(self._axes.mean())
        self.nucleus = self.soft_step(-self.nuclear_gap) * self.cell

    def _draw_landmarks(self, line):
        rng = self.rng
        self.pole_angle, gap = rng.uniform(0, 2 * np.pi), rng.uniform(1.5, 3.0)
        angles = np.array([self.pole_angle])
        if self.phase == METAPHASE:
            angles, gap = np.array([np.pi / 2, 3 * np.pi / 2]), 6.5
        self.poles = self.around_nucleus(angles, np.broadcast_to(gap, len(angles)))
        self.stress_angle = self.outline.turn + rng.normal(0, 0.3)
        n_nucleoli = max(1, round(line.n_nucleoli + rng.uniform(-1, 1)))
        angles = rng.uniform(0, 2 * np.pi) + np.arange(n_nucleoli) * 2 * np.pi / (
            n_nucleoli
        )
        depth = rng.uniform(0.38, 0.62, n_nucleoli) * self.nuclear_width
        self.nucleolus_centres = self.around_nucleus(angles, -depth)
        radii = rng.uniform(0.18, 0.26, n_nucleoli) * self.nuclear_width
        self.nucleoli = self.spots(self.nucleolus_centres, radii, power=4)
        self.nucleoli *= self.nucleus
