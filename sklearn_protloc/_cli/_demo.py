"""``protloc demo``: the main job on synthetic cells."""

import numpy as np
import pandas as pd
from sklearn.metrics import f1_score

from sklearn_protloc._cli._model import make_model, print_table
from sklearn_protloc.datasets import make_cells
from sklearn_protloc.utils import stratified_holdout

__all__ = ["run"]

_TEST_FRACTION = 0.5  # rare labels need some test cells too


def run(args):
    """Train on synthetic cells and test on others."""
    cells = make_cells(
        args.n_samples,
        image_size=args.image_size,
        random_state=args.random_state,
        as_frame=True,
    )
    test = stratified_holdout(
        cells.target.to_numpy(), _TEST_FRACTION, random_state=args.random_state
    )
    model = make_model(args)
    print(
        f"Training {args.network} on {(~test).sum()} synthetic cells, {args.cv} folds "
        f"and once on all, {args.max_epochs} epochs each ...",
        flush=True,
    )
    model.fit(cells.data[~test], cells.target[~test])
    _report(model, cells.data[test], cells.target, test)


def _report(model, images, target, test):
    """Print F1 per label and on average, of cells that took no part in training."""
    truth = target[test].to_numpy()
    proba = model.predict_proba(images)
    table = pd.DataFrame(
        {
            "label": target.columns,
            "train positives": target[~test].sum().to_numpy(),
            "test positives": truth.sum(axis=0),
            "threshold": model.thresholds_,
            "F1 at 0.5": _f1_per_label(truth, proba >= 0.5),
            "F1 tuned": _f1_per_label(truth, model.predict(images)),
        }
    )
    print(f"\nF1 on {len(truth)} test cells, thresholds tuned on training cells:")
    print_table(table)
    absent = table["label"][table["test positives"] == 0].tolist()
    if absent:
        print(f"Left out of the means, as no test cell has them: {', '.join(absent)}.")
    everywhere = _f1_per_label(truth, np.ones_like(truth))
    print(f"\nmacro F1 at 0.5               {table['F1 at 0.5'].mean():.3f}")
    print(f"macro F1, tuned thresholds    {table['F1 tuned'].mean():.3f}")
    print(f"macro F1, every label always  {np.nanmean(everywhere):.3f}")


def _f1_per_label(truth, predicted):
    """Return F1 per label, NaN where the truth has none."""
    f1 = f1_score(truth, predicted, average=None, zero_division=0)
    return np.where(truth.any(axis=0), f1, np.nan)
