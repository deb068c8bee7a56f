"""Histories of training: millions of losses of batches, as columns."""

import numpy as np
from skorch.history import History

from sklearn_protloc.persistence._codec import Kind, field
from sklearn_protloc.persistence._errors import ModelFileError

__all__ = ["HISTORIES"]

_INT64 = 2**63


def _encode(history, encoder):
    columns = _columns(history)
    if columns is None:
        return {"rows": encoder.value(list(history))}
    rows = [{n: v for n, v in row.items() if n != "batches"} for row in history]
    counts = np.array([len(row["batches"]) for row in history], dtype=np.int64)
    return {
        "rows": encoder.value(rows),
        "counts": encoder.value(counts),
        "columns": {
            name: [encoder.value(places), encoder.value(values)]
            for name, (places, values) in columns.items()
        },
    }


def _columns(history):
    """Return what batches recorded as arrays by name, None where they cannot be."""
    if not all(row.get("batches") and all(row["batches"]) for row in history):
        return None
    columns = {}
    for place, batch in enumerate(b for row in history for b in row["batches"]):
        for name, value in batch.items():
            places, values = columns.setdefault(name, ([], []))
            places.append(place)
            values.append(value)
    for _, values in columns.values():
        types = {type(value) for value in values}
        whole = types == {int} and all(-_INT64 <= v < _INT64 for v in values)
        if not whole and types != {float}:
            return None
    return {name: (np.array(p), np.array(v)) for name, (p, v) in columns.items()}


def _decode(node, decoder):
    rows = decoder.value(field(node, "rows", list))
    if not all(isinstance(row, dict) for row in rows):
        raise ModelFileError("a history in it has a row that is none")
    if "counts" not in node:
        return History(rows)
    counts = decoder.value(node["counts"])
    columns = {
        name: [decoder.value(part) for part in pair]
        for name, pair in field(node, "columns", dict).items()
    }
    _check(rows, counts, columns)
    batches = [{} for _ in range(counts.sum())]
    for name, (places, values) in columns.items():
        for place, value in zip(places.tolist(), values.tolist(), strict=True):
            batches[place][name] = value
    ends = np.cumsum(counts).tolist()
    return History(
        {"batches": batches[end - count : end], **row}
        for row, end, count in zip(rows, ends, counts.tolist(), strict=True)
    )


def _check(rows, counts, columns):
    """Refuse more batches than there are figures of."""
    arrays = [counts, *(array for pair in columns.values() for array in pair)]
    fits = (
        all(isinstance(a, np.ndarray) and a.ndim == 1 for a in arrays)
        and counts.dtype == np.int64
        and len(counts) == len(rows)
        and counts.min(initial=0) >= 0
        and int(counts.astype(object).sum()) <= sum(len(p) for p, _ in columns.values())
        and all(
            p.dtype.kind == "i" and p.min(initial=0) >= 0 for p, _ in columns.values()
        )
    )
    if not fits:
        raise ModelFileError("a history in it has batches that do not fit")


HISTORIES = [
    Kind(
        "history",
        lambda value, encoder: type(value) is History,
        _encode,
        _decode,
        shared=True,
    )
]
