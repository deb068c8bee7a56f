"""All kinds of values that a model file can hold."""

from sklearn_protloc.persistence._arrays import ARRAYS
from sklearn_protloc.persistence._distributions import DISTRIBUTIONS
from sklearn_protloc.persistence._history import HISTORIES
from sklearn_protloc.persistence._networks import NETWORKS
from sklearn_protloc.persistence._objects import OBJECTS
from sklearn_protloc.persistence._plain import PLAIN
from sklearn_protloc.persistence._trees import TREES

__all__ = ["KINDS"]

# The first that fits is taken: modules and nets are objects too.
KINDS = [
    *PLAIN,
    *ARRAYS,
    *DISTRIBUTIONS,
    *HISTORIES,
    *TREES,
    *NETWORKS,
    *OBJECTS,
]
