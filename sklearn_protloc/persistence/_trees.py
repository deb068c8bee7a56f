"""Trees of scikit-learn, whose predictions follow indices without a look at them."""

import numpy as np
from sklearn.tree._tree import TREE_LEAF, Tree

from sklearn_protloc.persistence._codec import Kind, field
from sklearn_protloc.persistence._errors import ModelFileError

__all__ = ["TREES"]

_NODES = ("left_child", "right_child", "feature")


def _is_tree(value, encoder):
    return type(value) is Tree


def _encode(value, encoder):
    _, (n_features, n_classes, n_outputs), state = value.__reduce__()
    nodes = state["nodes"]
    return {
        "n_features": int(n_features),
        "n_outputs": int(n_outputs),
        "n_classes": encoder.value(np.asarray(n_classes)),
        "max_depth": int(state["max_depth"]),
        "nodes": {name: encoder.value(nodes[name]) for name in nodes.dtype.names},
        "values": encoder.value(state["values"]),
    }


def _decode(node, decoder):
    n_features, n_outputs, max_depth = (
        field(node, name, int) for name in ("n_features", "n_outputs", "max_depth")
    )
    n_classes = decoder.value(field(node, "n_classes", dict))
    values = decoder.value(field(node, "values", dict))
    columns = {n: decoder.value(v) for n, v in field(node, "nodes", dict).items()}
    arrays = [n_classes, values, *columns.values()]
    if not all(isinstance(array, np.ndarray) for array in arrays):
        raise ModelFileError("a tree in it is not made of arrays")
    _check_outputs(n_classes, n_outputs, n_features, max_depth)
    nodes = _nodes(columns, len(values))
    _check_nodes(nodes, n_features)
    if values.shape != (len(nodes), n_outputs, n_classes.max()):
        raise ModelFileError("a tree in it has values that do not fit")
    tree = Tree(n_features, n_classes.astype(np.intp), n_outputs)
    tree.__setstate__(
        {
            "max_depth": max_depth,
            "node_count": len(nodes),
            "nodes": nodes,
            "values": np.ascontiguousarray(values, dtype=np.float64),
        }
    )
    return tree


def _check_outputs(n_classes, n_outputs, n_features, max_depth):
    fits = (
        n_classes.ndim == 1
        and n_classes.dtype.kind == "i"
        and len(n_classes) == n_outputs >= 1
        and n_classes.min() >= 1
        and 1 <= n_features < 2**31
        and 0 <= max_depth < 2**31
    )
    if not fits:
        raise ModelFileError("a tree in it has numbers that cannot be")


def _nodes(columns, n_nodes):
    """Return the nodes in the form of this version of scikit-learn."""
    empty = Tree(1, np.ones(1, dtype=np.intp), 1).__reduce__()[2]["nodes"]
    nodes = np.zeros(n_nodes, dtype=empty.dtype)
    if not set(_NODES) <= columns.keys() <= set(nodes.dtype.names):
        raise ModelFileError("a tree in it is of another version of scikit-learn")
    for name, column in columns.items():
        if column.shape != (n_nodes,) or column.dtype != nodes.dtype[name]:
            raise ModelFileError(f"a tree in it has a {name} that does not fit")
        nodes[name] = column
    return nodes


def _check_nodes(nodes, n_features):
    """Refuse children that are not there or lead back, and features too many."""
    left, right = nodes["left_child"], nodes["right_child"]
    inner = left != TREE_LEAF
    places = np.arange(len(nodes))
    later = [(c > places) & (c < len(nodes)) for c in (left, right)]
    known = (nodes["feature"] >= 0) & (nodes["feature"] < n_features)
    if (
        not len(nodes)
        or not np.where(inner, later[0] & later[1] & known, right == TREE_LEAF).all()
    ):
        raise ModelFileError("a tree in it leads to places that are not there")


TREES = [Kind("tree", _is_tree, _encode, _decode, shared=True)]
