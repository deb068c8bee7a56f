"""How Sphinx builds the documentation; nothing is fetched, so it builds offline."""

from sklearn_protloc import __version__

project = "sklearn_protloc"
author = "the sklearn_protloc developers"
copyright = f"2026, {author}"
version = release = __version__

extensions = [
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "numpydoc",
    "sphinx_gallery.gen_gallery",
]
exclude_patterns = ["_build", "auto_examples/*.ipynb"]
templates_path = ["_templates"]
html_theme = "alabaster"
html_theme_options = {"description": "Where in the cell is the protein?"}

autosummary_generate = True
numpydoc_show_class_members = False
sphinx_gallery_conf = {
    "examples_dirs": "../examples",
    "gallery_dirs": "auto_examples",
    "within_subsection_order": "ExampleTitleSortKey",
    "show_memory": False,
}
