"""What a page is made of, and how it becomes HTML."""

from dataclasses import dataclass, field

from jinja2 import Environment, PackageLoader, StrictUndefined

__all__ = [
    "Card",
    "Figure",
    "Gallery",
    "Section",
    "Table",
    "Text",
    "as_table",
    "render",
]


@dataclass
class Text:
    """A paragraph; one of importance stands in a box."""

    text: str
    important: bool = False
    kind = "text"


@dataclass
class Table:
    """Texts in rows, the first of each naming it."""

    caption: str
    columns: list
    rows: list
    numeric: tuple = ()  # positions of columns of numbers, aligned to the right
    kind = "table"


@dataclass
class Figure:
    """A picture as a data URI, and in words."""

    source: str
    alt: str
    caption: str = ""
    size: tuple = None  # width and height in pixels of the page
    kind = "figure"


@dataclass
class Card:
    """An image, its maps, and facts as (term, text)."""

    title: str
    pictures: list
    facts: list


@dataclass
class Gallery:
    """Images side by side."""

    title: str
    cards: list
    kind = "gallery"


@dataclass
class Section:
    """A heading and what is below it."""

    title: str
    anchor: str
    blocks: list = field(default_factory=list)


def as_table(caption, frame, columns, *, index_name):
    """Return a DataFrame as a table of texts.

    Parameters
    ----------
    caption : str
        What it shows.
    frame : DataFrame
        A row per row; the index names it.
    columns : dict from str to (str, callable)
        The columns to show, each with its title and what turns a value into a text;
        that of `str` holds texts, others numbers.
    index_name : str
        Title of the index.

    Returns
    -------
    table : Table
        The table.
    """
    rows = [
        [str(name), *(form(row[column]) for column, (_, form) in columns.items())]
        for name, row in zip(frame.index, frame.to_dict("records"), strict=True)
    ]
    titles = [index_name, *(title for title, _ in columns.values())]
    forms = [form for _, form in columns.values()]
    numeric = tuple(k for k, form in enumerate(forms, 1) if form is not str)
    return Table(caption, titles, rows, numeric)


def render(title, summary, sections, footer):
    """Return a page as HTML that needs no other file.

    Whatever is put in is escaped: names of labels and files come from users.

    Parameters
    ----------
    title : str
        The heading.
    summary : list
        Blocks that stand before the contents.
    sections : list of Section
        The rest.
    footer : str
        The last line.

    Returns
    -------
    html : str
        The page.
    """
    environment = Environment(
        loader=PackageLoader("sklearn_protloc.reporting"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    page = environment.get_template("report.html")
    return page.render(title=title, summary=summary, sections=sections, footer=footer)
