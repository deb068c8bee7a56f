"""Corrupt images, found before a training."""

import warnings
from collections import Counter
from collections.abc import Collection
from numbers import Real

import joblib
import numpy as np
from rich.progress import track
from sklearn.utils import check_scalar

from sklearn_protloc.datasets._checks import (
    Findings,
    ImageReport,
    examine,
    open_samples,
    refusal,
)
from sklearn_protloc.datasets._image_collection import ImageCollection
from sklearn_protloc.datasets._sources import MaskedChannels

_IGNORABLE = ("damaged", "blank", "saturated", "copied", "duplicate")


def check_images(
    X,
    *,
    policy="raise",
    ignore=(),
    blank_range=0,
    max_saturated=0.5,
    n_jobs=None,
    progress=False,
    **reading,
):
    """Find corrupt images before anything is trained on them.

    Every channel of every sample is read once, and none stops the search. These faults
    are looked for:

    - "missing": there is no such file.
    - "unreadable": the file is cut short, damaged, or of no known format.
    - "damaged": the file can be read, but a decoder had to make up some of its pixels.
      TIFF and JPEG files are decoded once more to find this, which takes the extras
      ``tiff`` and ``jpeg``; see Notes for what cannot be found.
    - "colour": it shows colours where a grey image is expected (see `colored` of
      :class:`ImageCollection`).
    - "pages": the file holds several pages, depths or time points, or axes other than
      those asked for.
    - "dtype": its pixels are of another type than those of most channels, or of one
      that images of a microscope do not have.
    - "size": it differs in size from the other channels of its sample or, unless all
      are resized when read, from most; or the sample has more or fewer channels.
    - "not finite": it contains NaN or infinity.
    - "blank": all its pixels are alike.
    - "saturated": more than half of its pixels are the largest that the camera tells.
    - "copied": its pixels are those of another channel of the sample.
    - "duplicate": another sample, earlier in order, shows nearly the same picture in
      this channel. If one is trained on and the other is scored, the score is too
      good.

    Parameters
    ----------
    X : array-like of shape (n_samples, n_channels, height, width), or file names
        An :class:`ImageCollection`; an ndarray, memory map or zarr array; or, where
        files are missing or damaged, which no collection can be made of, file names of
        shape (n_samples, n_channels) as :class:`ImageCollection` takes them. None and
        NaN are missing files.
    policy : {"raise", "drop", "mask"}, default="raise"
        "raise" refuses faults: the default, since nobody should train on corrupt
        images unknowingly. "drop" leaves samples with faults out of the `data`
        returned: of duplicates, the first stays. "mask" puts zeros in place of faulty
        channels when they are read, as
        :class:`~sklearn_protloc.preprocessing.MissingChannelImputer` does with blank
        ones; duplicates are not masked, as their pixels are sound.
    ignore : sequence of str, default=()
        Which of "damaged", "blank", "saturated", "copied" and "duplicate" are no faults
        here. Without "damaged", no file is decoded twice.
    blank_range : float, default=0
        Largest difference between pixels that are alike, in grey levels. 0 by default:
        the weakest channel in the training set of the 2018 Kaggle challenge has a
        standard deviation of 0.1 out of 256 levels. Set it to what a camera reads in
        the dark, such as 20 of 65,536. One pixel in 100,000 may be hot.
    max_saturated : float, default=0.5
        Largest share of pixels at the largest value of a camera: 255, or that of 10,
        12, 14 or 16 bits, and 1.0 in float images. By default a share that no image in
        use reaches: of 6,247 in the same set, none can have more than 0.4. A lower one,
        such as 0.05, finds overexposure.
    n_jobs : int, default=None
        Number of threads that read; None is 1, -1 all processors. Each holds one
        sample at a time.
    progress : bool, default=False
        Whether to draw a progress bar.
    **reading : dict
        `ids`, `axes`, `colored`, `image_size` and `interpolation` as for
        :class:`ImageCollection`, for file names only.

    Returns
    -------
    sklearn.utils.Bunch
        Dictionary-like object that prints as a summary, with the attributes:

        faults : DataFrame
            A row per fault, with the columns sample (its row), id, channel, file,
            fault and detail, in the order of samples and channels.
        counts : DataFrame
            A row per fault that was found, with the columns channels and samples: in
            how many.
        keep : ndarray of shape (n_samples,), dtype bool
            True for samples without a fault, such as ``y[report.keep]`` needs.
        mask : ndarray of shape (n_samples, n_channels), dtype bool
            True where a channel has a fault other than "duplicate".
        groups : ndarray of shape (n_samples,), dtype int
            Equal for samples that are duplicates of each other, as `groups` of
            cross-validation has it: no copy is then in another fold.
        data : ImageCollection
            The images as `policy` says, lazy.

    Raises
    ------
    ValueError
        With policy="raise", if there is a fault: the message counts them and names the
        first files. With policy="drop", if no sample is without a fault; with "mask",
        if no channel can be read. If a parameter is out of range.
    TypeError
        If `X` is one file name, or `reading` is passed with images.

    Warns
    -----
    UserWarning
        If files could not be searched for damage, because a package is not installed.

    See Also
    --------
    sklearn_protloc.preprocessing.MissingChannelImputer : Fill in blank channels.

    Notes
    -----
    GapNet-PL [1]_ was trained on 18,756 of 20,000 samples: those with at least one
    corrupted channel were removed (section 2), as by policy="drop". How they were told
    from others is not published. Files in colour were not removed there, but converted
    to grey, as `colored` does.

    Damage inside of a file is certain to be found where there are checksums: in PNG
    and deflate TIFF. JPEG, and TIFF compressed by LZW (which needs imagecodecs) or
    PackBits, have none; a decoder only notices codes that cannot be. Of real images
    with 512 wrong bytes, a sector of a disk, all are found; with one wrong byte, two in
    five LZW files, a third of JPEG files and more than half of progressive ones
    (``benchmarks/image_checks.py``). Nobody can tell of uncompressed TIFF.

    Duplicates are told by a perceptual hash: the signs of the 32 x 32 lowest
    frequencies of the cosine transform of a channel. Two channels are duplicates if at
    most 10 of the 64 lowest and a tenth of all signs differ, and none is a mere spot.
    This finds pictures that were compressed, resized, blurred, made noisy or brighter,
    or moved by up to 0.4 % of their width; not those that were turned, mirrored or cut
    out. All pairs of samples are compared, channel by channel, which takes seconds for
    the 31,072 samples of the Kaggle challenge.

    References
    ----------
    .. [1] "Human-level Protein Localization with Convolutional Neural Networks",
       International Conference on Learning Representations, 2019.

    Examples
    --------
    >>> from sklearn_protloc.datasets import check_images, make_cells
    >>> X = make_cells(8, random_state=0).data
    >>> X[2, 3] = 0  # the reticulum was not stained
    >>> X[5, 1] = X[5, 0]  # one file under two names
    >>> X[7] = X[6]
    >>> report = check_images(X, policy="drop")
    >>> report
    3 of 8 samples have faults:
        fault  channels  samples
        blank         1        1
       copied         2        1
    duplicate         4        1
    >>> report.data
    ImageCollection(5 samples, 4 channels, 64 x 64, uint8, in memory)
    >>> report.groups.tolist()
    [0, 1, 2, 3, 4, 5, 6, 6]
    """
    _check_parameters(policy, ignore, blank_range, max_saturated)
    samples, ids = open_samples(X, reading)
    see = joblib.delayed(examine)
    limits = blank_range, max_saturated, "damaged" not in ignore
    examined = joblib.Parallel(n_jobs, backend="threading", return_as="generator")(
        see(samples, i, *limits) for i in range(len(samples))
    )
    bar = track(examined, "Checking", total=len(samples), disable=not progress)
    examined = list(bar)
    _warn_of_lacking(examined)
    findings = Findings(samples, examined, ignore)
    report = ImageReport.of(findings, ids)
    if policy == "raise" and not report.keep.all():
        raise refusal(
            report,
            findings,
            "To go on without them, pass policy='drop' or policy='mask'; the report "
            "returned then lists all of them.",
        )
    report.data = _data(samples, ids, findings, report, policy)
    return report


def _check_parameters(policy, ignore, blank_range, max_saturated):
    if policy not in ("raise", "drop", "mask"):
        raise ValueError(
            f"Expected policy as 'raise', 'drop' or 'mask', got {policy!r}."
        )
    listed = isinstance(ignore, Collection) and not isinstance(ignore, str)
    if not listed or not all(fault in _IGNORABLE for fault in ignore):
        raise ValueError(
            f"Expected ignore as a list of some of {', '.join(_IGNORABLE)}, got "
            f"{ignore!r}. Other faults keep images from being read."
        )
    check_scalar(blank_range, "blank_range", Real, min_val=0)
    check_scalar(max_saturated, "max_saturated", Real, min_val=0, max_val=1)
    if not np.isfinite([blank_range, max_saturated]).all():
        raise ValueError(
            "Expected blank_range and max_saturated as finite numbers, got "
            f"{blank_range!r} and {max_saturated!r}."
        )


def _warn_of_lacking(examined):
    """Say which channels were not searched for damage."""
    lacking = Counter(channel.lacking for seen in examined for channel in seen)
    lacking.pop("", None)
    for why, n_channels in lacking.items():
        warnings.warn(
            f"{n_channels} channels were decoded, but not searched for damage inside "
            f"of their files. {why}; or pass ignore=['damaged'].",
            UserWarning,
            stacklevel=3,  # the call of check_images
        )


def _data(samples, ids, findings, report, policy):
    """Return the images, without what the policy leaves out."""
    source, entries = samples.source, samples.entries
    if policy == "mask" and report.mask.any():
        if findings.size is None:
            raise refusal(report, findings, "No channel can be read.")
        source = MaskedChannels(samples, report.mask, findings.size, findings.dtype)
        entries = np.arange(len(samples))
    elif policy == "drop":
        if not report.keep.any():
            raise refusal(report, findings, "No sample is left.")
        entries = entries[report.keep]
        ids = None if ids is None else ids[report.keep]
    size = samples.image_size, samples.interpolation
    return ImageCollection._of((source, entries), ids, *size)
