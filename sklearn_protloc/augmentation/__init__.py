"""Random changes of an image that leave its locations as they are."""

from sklearn_protloc.augmentation._dihedral import RandomDihedral, dihedral

__all__ = ["RandomDihedral", "dihedral"]
