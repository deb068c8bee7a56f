"""All about one fitted model, as a page."""

from collections.abc import Iterable
from datetime import UTC, datetime
from numbers import Integral

from sklearn_protloc import __version__
from sklearn_protloc.reporting._evaluation import evaluate
from sklearn_protloc.reporting._page import Text, render
from sklearn_protloc.reporting._pictures import pyplot
from sklearn_protloc.reporting._sections import (
    calibration_section,
    configuration_section,
    confusion_section,
    data_section,
    groups_section,
    images_section,
    labels_section,
    leakage_section,
    overall,
)
from sklearn_protloc.utils import as_path, replacing

__all__ = ["report"]

# Both galleries are drawn at once.
MOST_IMAGES = 24


def report(
    model,
    X,
    y,
    *,
    groups=None,
    metadata=None,
    X_train=None,
    y_train=None,
    groups_train=None,
    order=None,
    n_images=4,
    notes=(),
    title="Protein localization",
    path=None,
):
    """Write a page on how good a fitted model is on images.

    One HTML file, with its pictures inside, that fetches nothing and can be sent by
    mail, read on a phone and printed. It holds: scores of all labels and of each with
    bootstrap intervals, and thresholds; numbers of labels; what is shared with training
    images; what is taken for what; calibration; the best and worst images with maps
    of where labels are seen; scores of parts of the images; parameters and versions.

    Parameters
    ----------
    model : estimator instance
        A fitted multi-label classifier. Without `predict_proba` there is no
        calibration; maps need `predict_maps`, also of the estimator inside a
        :class:`~sklearn_protloc.model_selection.MultiLabelThresholdOptimizer`.
    X : array-like of shape (n_samples, ...)
        Images that the model was not trained on, or what else it takes. They are
        predicted twice if it has probabilities, and those drawn are read again.
    y : {array-like, DataFrame, sparse matrix} of shape (n_samples, n_labels)
        Their labels: 0/1 values. Names are the columns, or those that the model knows.
    groups : array-like of shape (n_samples,), default=None
        The group of each image, such as its antibody, drawn whole by the bootstrap and
        looked for in `groups_train`.
    metadata : DataFrame of n_samples rows, default=None
        What else is known, such as the cell line: each column whose values stand for
        several images has a table of scores.
    X_train : array-like of shape (n_train, n_channels, height, width), default=None
        The images trained on, in which near duplicates are looked for. All are read.
    y_train : {array-like, DataFrame, sparse matrix} of shape (n_train, n_labels), \
            default=None
        The labels trained on. None says on the page that nothing is known of them.
    groups_train : array-like of shape (n_train,), default=None
        The groups of the training images.
    order : str, default=None
        A letter per channel: R for microtubules, G for the protein, B for the nucleus,
        Y for the endoplasmic reticulum. None takes four channels for "RGBY".
    n_images : int, default=4
        Number of best and of worst images shown, from 0 to 24.
    notes : str or sequence of str, default=()
        What else readers must know, such as which images were left out: a paragraph
        each below the heading.
    title : str, default="Protein localization"
        The heading.
    path : str or path object, default=None
        File to write. None writes none. A file that is there is replaced once the page
        is complete.

    Returns
    -------
    html : str
        The page.

    Raises
    ------
    ValueError
        If the arguments do not fit each other or the model.
    TypeError
        If `notes` are no texts.
    ImportError
        If matplotlib is not installed, which the extra ``plot`` does.

    See Also
    --------
    compare : Several models by cross-validation.

    Examples
    --------
    >>> from sklearn.datasets import make_multilabel_classification
    >>> from sklearn.ensemble import RandomForestClassifier
    >>> from sklearn_protloc.reporting import report
    >>> X, y = make_multilabel_classification(n_classes=3, random_state=0)
    >>> forest = RandomForestClassifier(random_state=0).fit(X[:60], y[:60])
    >>> html = report(forest, X[60:], y[60:], title="A forest")
    >>> "<h1>A forest</h1>" in html
    True
    """
    pyplot()
    if not isinstance(n_images, Integral) or not 0 <= n_images <= MOST_IMAGES:
        raise ValueError(
            f"Expected n_images as a whole number from 0 to {MOST_IMAGES}, got "
            f"{n_images!r}."
        )
    notes = _check_notes(notes)
    if path is not None:
        path = _check_path(path)
    e = evaluate(
        model,
        X,
        y,
        groups=groups,
        metadata=metadata,
        order=order,
        training=(X_train, y_train, groups_train),
    )
    html = _page(e, title, notes, n_images)
    if path is not None:
        _write(html, path)
    return html


def _page(e, title, notes, n_images):
    """Return the page on an evaluation."""
    leakage, verdict = leakage_section(e)
    sections = [
        labels_section(e),
        data_section(e),
        leakage,
        confusion_section(e),
        calibration_section(e),
        images_section(e, n_images),
        groups_section(e),
        configuration_section(e),
    ]
    today = datetime.now(UTC).date().isoformat()
    footer = f"Made by sklearn_protloc {__version__} on {today}."
    first = Text(verdict, important=leakage.blocks[0].important)
    summary = [first, *(Text(note, important=True) for note in notes), *overall(e)]
    return render(str(title), summary, [s for s in sections if s is not None], footer)


def _check_notes(notes):
    """Return notes as a list, also a single one."""
    notes = [notes] if isinstance(notes, str) else notes
    if not isinstance(notes, Iterable):
        raise TypeError(f"Expected notes as a text or a list of texts, got {notes!r}.")
    notes = list(notes)
    if not all(isinstance(note, str) for note in notes):
        raise TypeError(f"Expected notes as a text or a list of texts, got {notes!r}.")
    return notes


def _check_path(path):
    """Return where to write, known to be possible before anything is predicted."""
    path = as_path(path)
    if path.is_dir():
        raise ValueError(f"Expected path as that of a file, got a folder: {path}.")
    if not path.absolute().parent.is_dir():
        raise ValueError(f"Folder of path not found: {path.absolute().parent}.")
    return path


def _write(html, path):
    """Write the page, whole or not at all."""
    with replacing(path) as file:
        file.write(html.encode())
