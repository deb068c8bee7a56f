"""Pages and images of the Human Protein Atlas, found and downloaded."""

import warnings
from collections import Counter
from pathlib import Path
from urllib.parse import quote

from sklearn_protloc.datasets._hpa_answers import (
    ENSEMBL_ID,
    check_jpeg,
    check_page,
    check_search,
    genes_in_search,
    images_on_page,
    label_ids,
)

_ATLAS = "https://www.proteinatlas.org"
_IMAGES = "https://images.proteinatlas.org"
# A search for an antibody finds its one gene, seldom two or three.
_MAX_GENES = 10


def fetch_pages(store, names, are_antibodies, fetching):
    """Fetch the pages of genes; return their Ensembl ids for each name."""
    searches = {
        name: f"searches/{name.upper()}.json"
        for name in names
        if not ENSEMBL_ID.fullmatch(name)
    }
    query = f"{_ATLAS}/api/search_download.php?format=json&columns=g,eg&compress=no"
    urls = {file: f"{query}&search={quote(name)}" for name, file in searches.items()}
    files = [(file, url, check_search) for file, url in urls.items()]
    store.fetch_all(files, "Searching", **fetching)
    ids = {name: [name] for name in names}
    for name, file in searches.items():
        gene = None if are_antibodies else name
        ids[name] = genes_in_search(store.folder / file, gene)[:_MAX_GENES]
    files = [
        (f"genes/{i}.xml", f"{_ATLAS}/{i}.xml", check_page)
        for i in dict.fromkeys(i for name in names for i in ids[name])
    ]
    absent = store.fetch_all(files, "Reading genes", **fetching)
    absent = {Path(file).stem for file in absent}
    unknown = [name for name in names if not set(ids[name]) - absent]
    if unknown:
        raise ValueError(
            f"The Human Protein Atlas knows no {', '.join(unknown)}. Expected Ensembl "
            "ids without a version, gene names as the atlas has them, or antibodies."
        )
    return {name: [i for i in ids[name] if i not in absent] for name in names}


def list_images(store, pages, are_antibodies):
    """List the images on pages that have labels, and say what has none."""
    images, odd, with_images = {}, [], set()
    for name, ids in pages.items():
        for ensembl_id in ids:
            rows, urls = images_on_page(store.folder / "genes" / f"{ensembl_id}.xml")
            odd += urls
            for row in rows:
                if not are_antibodies or row["antibody_name"] == name:
                    with_images.add(name)
                    _add_image(images, row)
    outside, unlabelled = Counter(), []
    for row in images.values():
        ids, others = label_ids(row["locations"])
        row["Target"] = " ".join(map(str, ids))
        outside.update(others)
        if not ids:
            unlabelled.append(row["Id"])
    _warn_left_out("No images of human cell lines", [*pages.keys() - with_images])
    _warn_left_out("Addresses unlike those of images", odd)
    _warn_left_out(
        "Locations that are not among HPA_LOCATIONS",
        [f"{name} ({n} images)" for name, n in outside.items()],
    )
    _warn_left_out("Images without any other location", unlabelled)
    return [row for row in images.values() if row["Target"]]


def _add_image(images, row):
    """Add an image; one antibody may stand on the pages of several genes."""
    same = images.setdefault(row["Id"], row)
    same["locations"] = same["locations"] | row["locations"]
    if row["gene"] not in same["gene"].split(";"):
        for column in ("gene", "gene_name"):
            same[column] += f";{row[column]}"


def fetch_images(store, rows, colors, fetching):
    """Fetch the channels of images; return the images that have them all."""
    files = {}
    for row in rows:
        number, image = row["Id"].split("_", 1)
        for color in colors:
            files[f"{number}/{image}_{color}.jpg"] = row["Id"]
    store.require_listed(files)
    absent = store.fetch_all(
        [(name, f"{_IMAGES}/{name}", check_jpeg) for name in files],
        "Downloading",
        **fetching,
    )
    _warn_left_out("Images of which the server lacks a channel", absent)
    lacking = {files[name] for name in absent}
    return [row for row in rows if row["Id"] not in lacking]


def _warn_left_out(what, names):
    if names:
        more = f" and {len(names) - 10} more" if len(names) > 10 else ""
        warnings.warn(
            f"{what} are left out: {', '.join(names[:10])}{more}.",
            UserWarning,
            stacklevel=4,
        )
