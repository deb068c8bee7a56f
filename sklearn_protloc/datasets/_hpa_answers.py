"""What the servers of the Human Protein Atlas answer, and what it says of images."""

import json
import re
from xml.etree import ElementTree

from sklearn_protloc.datasets._locations import HPA_LOCATIONS

ENSEMBL_ID = re.compile(r"ENSG[0-9]{11}")
_IMAGE_URL = re.compile(
    r".*/([0-9]+)/([A-Za-z0-9]+_[A-P][0-9]+_[0-9]+(?:_cr[0-9a-f]+)?)"
    r"(?:_(?:blue|red|green|yellow))+\.jpg"
)
# What locations of the challenge are called in later releases of the atlas: the same
# images were annotated with the one, then with the other.
_RENAMED = {
    "centriolar satellite": "Microtubule organizing center",
    "nucleoli rim": "Nucleoli",
}
_LOCATION_IDS = {name.casefold(): k for k, name in enumerate(HPA_LOCATIONS)}
_LOCATION_IDS |= {new: HPA_LOCATIONS.index(old) for new, old in _RENAMED.items()}


def check_jpeg(content):
    """Raise ValueError unless the bytes are a whole JPEG file."""
    if not content.startswith(b"\xff\xd8\xff") or b"\xff\xd9" not in content[-1024:]:
        raise ValueError(f"It is not a whole JPEG file: it begins {content[:40]!r}.")


def check_page(content):
    """Raise ValueError unless the bytes are the XML page of a gene."""
    # The atlas declares no document type; pages that report a fault in HTML do, and so
    # does XML that would grow when it is read.
    if b"<!DOCTYPE" not in content:
        try:
            if ElementTree.fromstring(content).tag == "proteinAtlas":
                return
        except ElementTree.ParseError:
            pass
    raise ValueError(f"It is not the XML page of a gene: it begins {content[:40]!r}.")


def check_search(content):
    """Raise ValueError unless the bytes are the JSON result of a search."""
    try:
        is_table = all(isinstance(row, dict) for row in json.loads(content))
    except (ValueError, TypeError):
        is_table = False
    if not is_table:
        raise ValueError(f"It is not a search result: it begins {content[:40]!r}.")


def genes_in_search(path, gene=None):
    """List the Ensembl ids in a search result, all or those of one gene name."""
    rows = json.loads(path.read_bytes())
    if gene is not None:
        rows = [r for r in rows if str(r.get("Gene")).casefold() == gene.casefold()]
    ids = [str(row.get("Ensembl")) for row in rows]
    return [ensembl_id for ensembl_id in ids if ENSEMBL_ID.fullmatch(ensembl_id)]


def images_on_page(path):
    """List the images of human cell lines on the page of a gene.

    Returns a dict per image, and the addresses that do not look like that of an image.
    An address is taken apart, never followed: only its number and name are used.
    """
    page = ElementTree.parse(path).getroot()
    rows, odd = [], []
    for antibody in page.iterfind("entry/antibody"):
        assays = antibody.iterfind("cellExpression/subAssay")
        for assay in filter(_is_of_cell_lines, assays):
            for data in assay.iterfind("data"):
                row = {
                    "locations": {_text(name) for name in data.iterfind("location")},
                    "gene": path.stem,
                    "gene_name": _text(page.find("entry/name")),
                    "antibody_name": antibody.get("id", ""),
                    "cell_line": _text(data.find("cellLine")),
                    "reliability": _text(assay.find("verification")),
                }
                for url in map(_text, data.iterfind("assayImage/image/imageUrl")):
                    match = _IMAGE_URL.fullmatch(url)
                    if match:
                        image = {"Id": "_".join(match.groups()), "antibody": match[1]}
                        rows.append(image | row)
                    else:
                        odd.append(url)
    return rows, odd


def label_ids(locations):
    """Return the sorted label ids of locations, and the names that have none."""
    ids = {_LOCATION_IDS.get(name.casefold()) for name in locations} - {None}
    return sorted(ids), [x for x in locations if x.casefold() not in _LOCATION_IDS]


def _is_of_cell_lines(assay):
    """Tell the common assay from those of silenced, tagged, mouse or cilia cells."""
    subtype = assay.get("subtype", "human cell lines")  # not named in old releases
    return assay.get("type") == "human" and subtype == "human cell lines"


def _text(element):
    """Return the words of an element that may be missing."""
    return "" if element is None else " ".join((element.text or "").split())
