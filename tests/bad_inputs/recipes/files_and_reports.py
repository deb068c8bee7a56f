"""Good arguments of what writes reports and model files."""

import matplotlib.pyplot as plt

from sklearn_protloc import persistence, reporting
from tests.bad_inputs.good import (
    DATA,
    GROUPS,
    fitted,
    forest,
    trained,
)
from tests.bad_inputs.matrix import Recipe
from tests.bad_inputs.roles import VALUES
from tests.bad_inputs.values import EITHER


def saved(folder):
    path = folder / "model.protloc"
    persistence.save_model(trained(), path)
    return path


def report(model, X, y, folder=None, **given):
    plt.close("all")
    return reporting.report(model, X, y, n_images=given.pop("n_images", 0), **given)


RECIPES = {
    "Comparison": Recipe(
        reporting.Comparison,
        {},
        dict.fromkeys(
            [
                "table",
                "fold_scores",
                "label_f1",
                "reference",
                "errors",
                "splits",
                "y_true",
                "groups",
                "oof_pred",
                "oof_proba",
            ]
        ),
    ),
    "compare": Recipe(
        lambda X, y, **given: reporting.compare(
            {"forest": forest()}, X, y, error_score="raise", **given
        ),
        {"X": "few images", "y": "drawn labels", "groups": "groups", "cv": "count"},
        DATA | {"groups": GROUPS, "cv": 2},
    ),
    "report": Recipe(
        report,
        {
            "model": "estimator",
            "X": "drawn images",
            "y": "drawn labels",
            "groups": "groups",
            "n_images": "count",
            "path": "unwritable path",
        },
        DATA
        | {
            "model": fitted(forest())(),
            "groups": GROUPS,
            "n_images": 0,
            "order": "RGBY",
            "path": lambda folder: folder / "report.html",
        },
        # Without pictures there is nothing to put in order.
        {("order", v.name): EITHER for v in VALUES["choice"]},
        words=("estimator", "instance"),
    ),
    "ModelFileError": Recipe(persistence.ModelFileError, {}, {}),
    "export_onnx": Recipe(
        persistence.export_onnx,
        {"model": "estimator", "path": "unwritable path", "dtype": "choice"},
        {
            "model": trained(),
            "path": lambda folder: folder / "model.onnx",
            "dtype": "uint8",
        },
    ),
    "export_torchscript": Recipe(
        persistence.export_torchscript,
        {"model": "estimator", "path": "output path", "dtype": "choice"},
        {
            "model": trained(),
            "path": lambda folder: folder / "model.pt",
            "dtype": "uint8",
        },
    ),
    "load_model": Recipe(
        persistence.load_model, {"path": "input path"}, {"path": saved}
    ),
    "save_model": Recipe(
        persistence.save_model,
        {"model": "estimator", "path": "output path", "trusted": "choice"},
        {
            "model": trained(),
            "path": lambda folder: folder / "model.protloc",
            "trusted": [],
        },
        # Models may lie among numbers and words, which are saved as well.
        {("model", v.name): EITHER for v in VALUES["estimator"]}
        | {("trusted", "list"): EITHER},
    ),
}
