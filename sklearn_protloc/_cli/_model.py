"""The model that `demo` and `train` fit, and the table they print."""

import sys

import torch
from skorch.callbacks import GradientNormClipping, LRScheduler

from sklearn_protloc import networks
from sklearn_protloc.augmentation import RandomDihedral
from sklearn_protloc.classifiers import LocalizationClassifier
from sklearn_protloc.model_selection import (
    MultilabelStratifiedGroupKFold,
    MultilabelStratifiedKFold,
    MultiLabelThresholdOptimizer,
)

__all__ = ["make_model", "print_table"]

# As GapNet-PL's paper (section 3.1). Without, a training collapses now and then.
_MAX_GRADIENT = 5.0


def make_model(args, grouped=False):
    """Build the estimator that the options describe.

    Parameters
    ----------
    args : argparse.Namespace
        Options of `demo` or `train`.
    grouped : bool, default=False
        Whether images come in groups that no fold may divide.

    Returns
    -------
    model : MultiLabelThresholdOptimizer
        Not fitted.
    """
    classifier = LocalizationClassifier(
        _find_network(args.network),
        dropout=args.dropout,
        lr=args.lr,
        batch_size=args.batch_size,
        max_epochs=args.max_epochs,
        augmenter=RandomDihedral(),
        crop_size=args.crop_size,
        num_workers=args.num_workers,
        device=args.device,
        amp=args.amp,
        callbacks=[
            _one_cycle(args.lr, args.max_epochs),
            GradientNormClipping(_MAX_GRADIENT),
        ],
        random_state=args.random_state,
    )
    if args.n_jobs == 1 and sys.stdout.isatty():
        _show_progress(classifier)
    kind = MultilabelStratifiedGroupKFold if grouped else MultilabelStratifiedKFold
    folds = kind(args.cv, shuffle=True, random_state=args.random_state)
    return MultiLabelThresholdOptimizer(classifier, cv=folds, n_jobs=args.n_jobs)


def print_table(table):
    """Print a table of labels."""
    print(table.to_string(index=False, float_format="{:.3f}".format, na_rep="-"))


def _find_network(name):
    if name not in networks.__all__:
        raise ValueError(
            f"Unknown network {name!r}: expected one of {', '.join(networks.__all__)}."
        )
    return getattr(networks, name)


def _one_cycle(lr, max_epochs):
    """Warm the learning rate up and down again, which helps GapNet-PL a lot."""
    return LRScheduler(
        policy=torch.optim.lr_scheduler.OneCycleLR,
        max_lr=lr,
        # The cycle's last rate is next to nothing: no epoch is spent on it.
        total_steps=max_epochs + 1,
        step_every="epoch",
    )


def _show_progress(classifier):
    """Show scikit-learn's progress bars where it has them (1.9 and later)."""
    try:
        from sklearn.callback import ProgressBar
    except ImportError:
        return
    classifier.set_callbacks(ProgressBar())
