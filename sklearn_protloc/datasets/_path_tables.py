"""Tables of image files, from a table of the user's or from a folder."""

import glob
import os
import re
from collections.abc import Hashable, Sequence
from string import Formatter

from sklearn_protloc.utils import as_path


def as_columns(columns, what):
    """Return names of columns of a table, one or a list, as a list."""
    columns = [columns] if isinstance(columns, str) else columns
    listed = isinstance(columns, Sequence) or hasattr(columns, "tolist")
    if not listed or not all(isinstance(name, Hashable) for name in columns):
        raise TypeError(
            f"Expected {what} as the name of a column or a list of names, got "
            f"{columns!r}."
        )
    return list(columns)


def paths_in_table(table, columns, root, id_column):
    """Return the files that a table lists, a column per channel, and its ids."""
    columns = as_columns(columns, "columns of image files")
    table.check_columns(columns + [id_column] * (id_column is not None))
    table.check_filled(columns, "file name")
    rows = table.frame[columns].to_numpy(dtype=object)
    paths = [[os.path.join(root, str(name)) for name in row] for row in rows]
    return paths, None if id_column is None else table.frame[id_column].to_numpy()


def paths_in_folder(folder, pattern, channels):
    """Return the files of a folder that fit a pattern, and the ids of the samples."""
    folder = as_path(folder, "the folder of images")
    if not folder.is_dir():
        raise ValueError(f"Folder of images not found: {folder}.")
    channels = None if channels is None else _check_channels(channels)
    fields = _check_pattern(pattern, channels)
    channels = [""] if channels is None else channels
    found = _find(folder, pattern, channels)
    if not found:
        such = f", with channel one of {', '.join(channels)}" if channels[0] else ""
        raise ValueError(f"No images in {folder}: expected files {pattern}{such}.")
    samples = sorted(found)
    missing = [
        pattern.format(**dict(zip(fields, sample, strict=True)), channel=channel)
        for sample in samples
        for channel in channels
        if channel not in found[sample]
    ]
    if missing:
        more = f" (and {len(missing) - 1} more)" if len(missing) > 1 else ""
        raise ValueError(
            f"Image file not found: {folder / missing[0]}{more}. Every sample needs a "
            f"file for each of {len(channels)} channels."
        )
    ids = ["_".join(sample) for sample in samples]
    if len(set(ids)) < len(ids):
        twice = next(name for name in ids if ids.count(name) > 1)
        raise ValueError(f"Two samples would be called {twice!r}: rename their files.")
    return [[found[sample][c] for c in channels] for sample in samples], ids


def _check_channels(channels):
    """Return what stands for each channel in the names of files."""
    try:
        channels = list(channels)
    except TypeError:
        channels = [channels]
    if not all(isinstance(channel, str) for channel in channels):
        raise TypeError(
            "Expected channels as a list of what stands for each in file names, such "
            f"as ['red', 'green'], got {channels!r}."
        )
    return channels


def _check_pattern(pattern, channels):
    """Return the fields that tell samples apart, in the order of the pattern."""
    if not isinstance(pattern, str):
        raise TypeError(
            "Expected pattern as a str with fields in braces, such as "
            f"'{{id}}_{{channel}}.png', got {type(pattern).__name__}."
        )
    fields = [field for _, field, _, _ in Formatter().parse(pattern) if field]
    samples = list(dict.fromkeys(f for f in fields if f != "channel"))
    if not samples or not all(field.isidentifier() for field in samples):
        raise ValueError(
            "Expected a pattern of file names with fields in braces, such as "
            f"'{{id}}_{{channel}}.png', got {pattern!r}."
        )
    if ("channel" in fields) != (channels is not None):
        raise ValueError(
            "Expected channels=... where the pattern has a field {channel}, and only "
            f"there, got channels={channels!r} and the pattern {pattern!r}."
        )
    if channels is not None and len(set(channels)) < max(1, len(channels)):
        raise ValueError(f"Expected different channels, got {channels!r}.")
    return samples


def _find(folder, pattern, channels):
    """Map the fields of each sample to its files, a dict by channel."""
    wildcard, regex, seen = "", "", set()
    for literal, field, _, _ in Formatter().parse(pattern):
        wildcard += glob.escape(literal) + "*" * (field is not None)
        regex += re.escape(literal)
        if field in seen:
            regex += f"(?P={field})"
        elif field == "channel":
            regex += f"(?P<channel>{'|'.join(map(re.escape, channels))})"
        elif field is not None:
            regex += f"(?P<{field}>[^/]+)"
        seen.add(field)
    found = {}
    for path in folder.glob(wildcard):
        match = re.fullmatch(regex, path.relative_to(folder).as_posix())
        if match:
            sample = match.groupdict()
            channel = sample.pop("channel", "")
            found.setdefault(tuple(sample.values()), {})[channel] = path
    return found
