"""A page of HTML, read by the standard library's parser."""

import re
from html.parser import HTMLParser

VOID = {"meta", "link", "img", "br", "hr", "input"}
FETCHING = {"src", "srcset", "href", "poster", "data", "action", "background", "style"}


class Page(HTMLParser):
    """The tags, texts and faults of a page."""

    def __init__(self, html):
        super().__init__()
        self.tags, self.texts, self.faults, self._open = [], [], [], []
        self.feed(html)
        self.close()
        self.faults += [f"<{tag}> is not closed" for tag in self._open]

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self._open.append(tag)

    def handle_endtag(self, tag):
        if not self._open or self._open.pop() != tag:
            self.faults.append(f"</{tag}> closes something else")

    def handle_data(self, data):
        self.texts.append(data)

    @property
    def text(self):
        return " ".join(" ".join(self.texts).split())

    def attributes_of(self, wanted):
        return [attrs for tag, attrs in self.tags if tag == wanted]

    def fetched(self):
        """List what a browser would fetch from elsewhere."""
        found = []
        for tag, attrs in self.tags:
            for name in FETCHING & set(attrs):
                if not attrs[name].startswith(("data:", "#")):
                    found.append(f"<{tag} {name}={attrs[name]!r}>")
        styles = " ".join(self.texts)
        return found + re.findall(r"url\([^)]*\)|@import[^;]*", styles)
