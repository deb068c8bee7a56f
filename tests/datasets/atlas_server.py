"""A server on this machine that answers as those of the Human Protein Atlas do."""

import functools
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import cv2
import numpy as np

from sklearn_protloc.datasets import make_cells

CCNB1, TUBB, EMPTY = (f"ENSG0000013405{k}" for k in (7, 8, 9))
IMAGES = ("115/672_E2_1", "115/672_E2_2", "30741/si28_H2_13_cr57f3ed192abcf")

PAGE = """<?xml version="1.0" encoding="UTF-8"?>
<proteinAtlas xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"
  xsi:schemaLocation="http://v18.proteinatlas.org/download/proteinatlas.xsd"
  schemaVersion="2.5">
  <entry version="18" url="http://v18.proteinatlas.org/{ensembl_id}">
    <name>{gene}</name>
    <identifier id="{ensembl_id}" db="Ensembl" version="88.38"/>
    <cellExpression source="HPA" technology="ICC/IF">
      <summary><![CDATA[Localized to the cytosol.]]></summary>
      <image imageType="selected"><imageUrl>
        http://v18.proteinatlas.org/images/30741/793_A6_1_selected.jpg
      </imageUrl></image>
      <data><location status="main" GOId="GO:0005829">cytosol</location></data>
    </cellExpression>
    {antibodies}
  </entry>
  <copyright>Copyrighted by the Human Protein Atlas</copyright>
</proteinAtlas>
"""

ANTIBODY = """<antibody id="{antibody}" releaseVersion="12">
  <tissueExpression source="HPA" technology="IHC" assayType="tissue"><data><patient>
    <location>cytoplasmic/membranous</location><sample><assayImage><image><imageUrl>
      http://v18.proteinatlas.org/images/115/2266_A_5_6.jpg
    </imageUrl></image></assayImage></sample>
  </patient></data></tissueExpression>
  <cellExpression source="HPA" technology="ICC/IF">
    <subAssay {assay}>
      <verification type="validation">supported</verification>
      <image imageType="selected"><imageUrl>
        http://v18.proteinatlas.org/images/115/if_selected.jpg
      </imageUrl></image>
      {data}
    </subAssay>
  </cellExpression>
</antibody>
"""

IMAGE = """<image imageType="sampleImage">
  <channel color="blue">nucleus</channel>
  <channel color="red">microtubules</channel>
  <channel color="green">antibody</channel>
  <imageUrl>{url}</imageUrl>
</image>
"""


def page(gene, ensembl_id, *antibodies):
    return PAGE.format(
        gene=gene, ensembl_id=ensembl_id, antibodies="".join(antibodies)
    ).encode()


def antibody(antibody, *data, assay='type="human"'):
    return ANTIBODY.format(antibody=antibody, assay=assay, data="".join(data))


def data(cell_line, locations, *urls):
    places = "".join(f'<location GOId="GO:1">{name}</location>' for name in locations)
    images = "".join(IMAGE.format(url=url) for url in urls)
    return (
        f'<data><cellLine organ="Bone" cellosaurusID="CVCL_0042">{cell_line}</cellLine>'
        f"{places}<assayImage>{images}</assayImage></data>"
    )


def address(name):
    return f"https://images.proteinatlas.org/{name}_blue_red_green.jpg"


@functools.cache
def jpegs(name, seed):
    """Return the four JPEG files of an image, coloured as the atlas serves them."""
    channels = make_cells(1, image_size=32, random_state=seed).data[0]
    weights = {"red": (0, 0, 1), "green": (0, 1, 0), "blue": (1, 0, 0)}
    weights["yellow"] = (0, 1, 1)
    return {
        f"/{name}_{color}.jpg": cv2.imencode(
            ".jpg", channel[..., None] * np.array(weight, np.uint8)
        )[1].tobytes()
        for (color, weight), channel in zip(weights.items(), channels, strict=True)
    }


class AtlasServer(ThreadingHTTPServer):
    """Serves `files`, a dict of path to bytes, and searches among `genes`.

    Faults stand in `faults`, a dict of path to a list of functions of the handler, each
    of which answers one request. `requests` are the paths asked for so far.
    """

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.files, self.genes, self.faults, self.requests = {}, {}, {}, []
        self.url = f"http://127.0.0.1:{self.server_port}"
        self._fill()
        threading.Thread(target=self.serve_forever, args=(0.01,), daemon=True).start()

    def _fill(self):
        """Put in CCNB1 with two antibodies, TUBB with one, and a gene without."""
        for seed, name in enumerate((*IMAGES, "713/9_B11_2")):
            self.files |= jpegs(name, seed)
        self.files[f"/{CCNB1}.xml"] = page(
            "CCNB1",
            CCNB1,
            antibody(
                "CAB000115",
                data("U-2 OS", ["cytosol", "Nucleoli"], *map(address, IMAGES[:2])),
            ),
            antibody(
                "HPA030741",
                data("A-431", ["Rods &amp; Rings"], address(IMAGES[2])),
                assay='type="human" subtype="human cell lines"',
            ),
        )
        self.files[f"/{TUBB}.xml"] = page(
            "TUBB",
            TUBB,
            antibody(
                "HPA000713", data("HeLa", ["Microtubules"], address("713/9_B11_2"))
            ),
        )
        self.files[f"/{EMPTY}.xml"] = page("NONE1", EMPTY)
        self.genes = {
            "CCNB1": (CCNB1, ["CCNB", "CAB000115", "HPA030741"]),
            "CCNB1IP1": (TUBB, []),
            "TUBB": (TUBB, ["HPA000713"]),
            "NONE1": (EMPTY, []),
        }


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        path = urlsplit(self.path).path
        self.server.requests.append(path)
        if self.server.faults.get(path):
            self.server.faults[path].pop(0)(self)
        elif path == "/api/search_download.php":
            wanted = parse_qs(urlsplit(self.path).query)["search"][0].upper()
            rows = [
                {"Gene": gene, "Ensembl": ensembl_id}
                for gene, (ensembl_id, words) in self.server.genes.items()
                if any(wanted in word.upper() for word in (gene, *words))
            ]
            self.answer(json.dumps(rows).encode())
        elif path in self.server.files:
            self.answer(self.server.files[path])
        else:
            self.answer(b"<!DOCTYPE html><html>Not found</html>", status=404)

    def answer(self, content, status=200, length=None):
        self.send_response(status)
        self.send_header("Content-Length", length or len(content))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_):
        pass
