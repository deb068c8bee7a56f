"""What is saved is opened as it was: every estimator, and what they are made of."""

import functools
import importlib
import inspect

import numpy as np
import pandas as pd
import pytest
from imblearn.pipeline import make_pipeline as make_sampling_pipeline
from scipy.stats import loguniform
from sklearn.base import BaseEstimator, clone
from sklearn.calibration import CalibratedClassifierCV
from sklearn.decomposition import PCA
from sklearn.ensemble import (
    ExtraTreesClassifier,
    RandomForestClassifier,
    StackingClassifier,
)
from sklearn.frozen import FrozenEstimator
from sklearn.isotonic import IsotonicRegression
from sklearn.linear_model import LogisticRegression, Ridge, SGDClassifier
from sklearn.model_selection import (
    GridSearchCV,
    KFold,
    RandomizedSearchCV,
    TunedThresholdClassifierCV,
)
from sklearn.multiclass import OneVsRestClassifier
from sklearn.multioutput import MultiOutputClassifier
from sklearn.naive_bayes import GaussianNB
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import FeatureUnion, make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler
from sklearn.tree import DecisionTreeClassifier
from skorch.callbacks import (
    EarlyStopping,
    EpochScoring,
    Freezer,
    GradientNormClipping,
    LRScheduler,
    PrintLog,
)

from sklearn_protloc.augmentation import RandomAffine, RandomDihedral
from sklearn_protloc.classifiers import (
    LocalizationClassifier,
    SoftVotingClassifier,
    get_recipe_names,
)
from sklearn_protloc.losses import BinaryCrossEntropyLoss
from sklearn_protloc.metrics import macro_f1_scorer
from sklearn_protloc.model_selection import (
    MultilabelStratifiedKFold,
    MultiLabelThresholdOptimizer,
)
from sklearn_protloc.networks import GapNetPL, TinyNet
from sklearn_protloc.over_sampling import RareLabelOverSampler
from sklearn_protloc.persistence import load_model, save_model
from sklearn_protloc.preprocessing import Resize, ToFloat

ROOMS = (
    "augmentation",
    "classifiers",
    "losses",
    "model_selection",
    "over_sampling",
    "preprocessing",
)
QUICK = {"network": TinyNet, "max_epochs": 1, "random_state": 0}


def quick(**params):
    return LocalizationClassifier(**{**QUICK, **params})


def arguments(cls):
    """Return arguments for the parameters of a class that have no default."""
    two = [("a", quick()), ("b", quick(random_state=1))]
    known = {
        "augmenters": [RandomAffine(scale=(0.9, 1.1)), RandomDihedral()],
        "augmenter": RandomDihedral(),
        "base_loss": BinaryCrossEntropyLoss(),
        "channels": [0, 2],
        "estimator": quick(),
        "estimators": two,
        "image_size": 8,
        "loss": BinaryCrossEntropyLoss(),
        "n": 1,
    }
    required = [
        name
        for name, parameter in inspect.signature(cls).parameters.items()
        if parameter.default is inspect.Parameter.empty
    ]
    return {name: known[name] for name in required}


def exported_classes():
    for room in ROOMS:
        module = importlib.import_module(f"sklearn_protloc.{room}")
        for name in module.__all__:
            if inspect.isclass(getattr(module, name)):
                yield pytest.param(getattr(module, name), id=name)


def saved_again(model, path):
    """Save and open a model; what was opened has to make the same file."""
    save_model(model, path)
    loaded = load_model(path)
    save_model(loaded, path.with_name("again"))
    assert path.read_bytes() == path.with_name("again").read_bytes()
    return loaded


def answers(model, X, y):
    for method in ("predict_proba", "predict", "transform", "fit_resample"):
        if hasattr(model, method):
            y_too = [y] if method == "fit_resample" else []
            yield method, getattr(model, method)(X, *y_too)


def assert_equal_answers(model, loaded, X, y):
    pairs = list(zip(answers(model, X, y), answers(loaded, X, y), strict=True))
    assert pairs
    for (method, expected), (_, came) in pairs:
        np.testing.assert_equal(came, expected, err_msg=method)


@pytest.mark.parametrize("cls", list(exported_classes()))
def test_every_exported_class_unfitted(cls, tmp_path):
    model = cls(**arguments(cls))
    loaded = saved_again(model, tmp_path / "m")
    assert type(loaded) is cls
    assert repr(loaded) == repr(model)


@pytest.mark.filterwarnings("ignore::UserWarning")
@pytest.mark.parametrize(
    "cls", [param for param in exported_classes() if hasattr(param.values[0], "fit")]
)
def test_every_exported_estimator_fitted(cls, X, y, tmp_path):
    model = cls(**arguments(cls))
    if "cv" in inspect.signature(cls).parameters:
        model.set_params(cv=2)
    if "random_state" in inspect.signature(cls).parameters:
        model.set_params(random_state=0)
    images = X.reshape(len(X), -1) / 255 if cls.__name__ == "MLSMOTE" else X
    model.fit(images, y)
    assert_equal_answers(model, saved_again(model, tmp_path / "m"), images, y)


@pytest.mark.parametrize("name", get_recipe_names())
def test_every_recipe(name, tmp_path):
    model = LocalizationClassifier.from_recipe(name)
    assert repr(saved_again(model, tmp_path / "m")) == repr(model)


def test_history_names_and_shared_parts_are_kept(classifier, X, tmp_path):
    loaded = saved_again(classifier, tmp_path / "m")
    assert loaded.history_ == classifier.history_
    assert loaded.history_ is loaded.net_.history
    assert type(loaded.history_) is type(classifier.history_)
    assert list(loaded.label_names_) == list(classifier.label_names_)
    assert loaded.get_params()["augmenter"].__class__ is RandomDihedral


def test_a_loaded_model_trains_as_the_old_one(classifier, X, y, tmp_path):
    loaded = saved_again(classifier, tmp_path / "m")
    again = clone(loaded).fit(X, y).predict_proba(X)
    assert (again == classifier.predict_proba(X)).all()
    more = [m.fine_tune(X, y, max_epochs=1) for m in (loaded, _copy(classifier, X, y))]
    assert (more[0].predict_proba(X) == more[1].predict_proba(X)).all()


def _copy(classifier, X, y):
    return clone(classifier).fit(X, y)


def test_a_network_with_options(X, y, tmp_path):
    model = quick(network=functools.partial(TinyNet, width=4)).fit(X, y)
    loaded = saved_again(model, tmp_path / "m")
    assert_equal_answers(model, loaded, X, y)
    assert loaded.network.keywords == {"width": 4}


def test_fine_tuned_for_other_labels(X, y, tmp_path):
    model = quick().fit(X, y).fine_tune(X, y[:, :2], max_epochs=1)
    loaded = saved_again(model, tmp_path / "m")
    assert (loaded.predict_proba(X) == model.predict_proba(X)).all()
    assert loaded.predict_proba(X).shape == (24, 2)


def test_random_states_go_on_where_they_were(X, y, tmp_path):
    state = np.random.RandomState(3)
    state.normal(size=7)
    loaded = saved_again(quick(random_state=state), tmp_path / "m")
    assert (loaded.random_state.rand(5) == state.rand(5)).all()
    generator = np.random.default_rng(5)
    generator.random(3)
    loaded = saved_again([generator], tmp_path / "m")
    assert (loaded[0].random(5) == generator.random(5)).all()


@pytest.mark.parametrize("kind", ["binary", "multiclass"])
def test_single_columns(kind, X, tmp_path):
    names = np.array(["a", "b", "c"])
    target = names[np.arange(len(X)) % (2 if kind == "binary" else 3)]
    model = quick().fit(X, target)
    loaded = saved_again(model, tmp_path / "m")
    assert_equal_answers(model, loaded, X, target)


def test_a_network_bound_to_one_size_and_crops(X, y, tmp_path):
    model = quick(crop_size=8, aggregate="max", tta="mean").fit(X, y)
    assert_equal_answers(model, saved_again(model, tmp_path / "m"), X, y)


def composed():
    forest = RandomForestClassifier(5, random_state=0)
    trees = ExtraTreesClassifier(3, max_depth=3, random_state=0)
    logistic = LogisticRegression()
    flat = {
        "forest": forest,
        "tree": DecisionTreeClassifier(random_state=0),
        "one-vs-rest": OneVsRestClassifier(logistic),
        "multi-output": MultiOutputClassifier(GaussianNB()),
        "calibrated": MultiOutputClassifier(CalibratedClassifierCV(logistic, cv=2)),
        "network": MLPClassifier(5, max_iter=3, random_state=0),
        "linear": Ridge(),
        "pca": make_pipeline(StandardScaler(), PCA(3, random_state=0), forest),
        "union": make_pipeline(
            FeatureUnion([("pca", PCA(2)), ("log", FunctionTransformer(np.log1p))]),
            forest,
        ),
        "search": GridSearchCV(forest, {"max_depth": [1, 3]}, cv=KFold(2)),
        "optimizer": MultiLabelThresholdOptimizer(trees, cv=2, step=0.1),
        "frozen": SoftVotingClassifier([("a", forest), ("b", trees)]),
    }
    return [pytest.param(model, id=name) for name, model in flat.items()]


@pytest.mark.filterwarnings("ignore::UserWarning")
@pytest.mark.parametrize("model", composed())
def test_compositions_of_scikit_learn(model, X, y, tmp_path):
    table = X.reshape(len(X), -1)[:, ::10] / 255
    model = clone(model).fit(table, y)
    assert_equal_answers(model, saved_again(model, tmp_path / "m"), table, y)


def test_isotonic_regression(tmp_path):
    x = np.linspace(0, 1, 20)
    model = IsotonicRegression(out_of_bounds="clip").fit(x, x**2)
    loaded = saved_again(model, tmp_path / "m")
    assert (loaded.predict(x) == model.predict(x)).all()


@pytest.mark.filterwarnings("ignore::UserWarning")
def test_compositions_with_networks(X, y, tmp_path):
    sampler = RareLabelOverSampler(augmenter=RandomDihedral(), random_state=0)
    pipeline = make_sampling_pipeline(Resize(8), ToFloat(), sampler, quick())
    folds = MultilabelStratifiedKFold(2, shuffle=True, random_state=0)
    model = MultiLabelThresholdOptimizer(pipeline, cv=folds, ensemble=True).fit(X, y)
    loaded = saved_again(model, tmp_path / "m")
    assert_equal_answers(model, loaded, X, y)
    assert loaded.report_.equals(model.report_)
    assert loaded.estimator_.models[0] is loaded.estimators_[0]


def single_columns():
    logistic = LogisticRegression()
    draws = {"C": loguniform(0.1, 10)}
    models = [
        SGDClassifier(random_state=0),
        SGDClassifier("log_loss", early_stopping=True, random_state=0),
        TunedThresholdClassifierCV(logistic, cv=2),
        RandomizedSearchCV(logistic, draws, n_iter=2, cv=2, random_state=0),
        StackingClassifier([("a", logistic), ("b", GaussianNB())], cv=2),
    ]
    return [pytest.param(m, id=f"{i}-{type(m).__name__}") for i, m in enumerate(models)]


@pytest.mark.parametrize("model", single_columns())
def test_models_of_one_column(model, X, y, tmp_path):
    table = X.reshape(len(X), -1)[:, ::10] / 255
    model = clone(model).fit(table, y[:, 0])
    loaded = saved_again(model, tmp_path / "m")
    assert_equal_answers(model, loaded, table, y[:, 0])
    again = [clone(m).fit(table, y[:, 0]).predict(table) for m in (model, loaded)]
    np.testing.assert_array_equal(*again)


def test_skorch_callbacks_that_score(X, y, tmp_path):
    recall = EpochScoring("recall_macro", on_train=True, name="train_recall")
    model = quick(callbacks=[recall], max_epochs=2).fit(X, y)
    loaded = saved_again(model, tmp_path / "m")
    assert_equal_answers(model, loaded, X, y)
    scores = clone(loaded).fit(X, y).history_[:, "train_recall"]
    assert scores == model.history_[:, "train_recall"]


@pytest.mark.parametrize(
    "callback",
    [
        EarlyStopping(monitor="train_loss", patience=3),
        PrintLog(),
        Freezer("features*"),
        LRScheduler("StepLR", step_size=2),
        GradientNormClipping(1.0),
    ],
    ids=lambda callback: type(callback).__name__,
)
def test_other_callbacks_of_skorch(callback, X, y, tmp_path, capsys):
    model = quick(callbacks=[("mine", callback)]).fit(X, y)
    printed = capsys.readouterr().out
    loaded = saved_again(model, tmp_path / "m")
    assert_equal_answers(model, loaded, X, y)
    ((_, opened),) = loaded.callbacks
    assert {n: vars(opened)[n] for n in vars(callback)} == vars(callback)
    clone(loaded).fit(X, y)
    assert len(capsys.readouterr().out.splitlines()) == len(printed.splitlines())


def test_weights_of_classes_as_a_column(X, y, tmp_path):
    table = pd.DataFrame(y, columns=["ER", "Golgi", "Nucleus"])
    weights = pd.Series([1.0, 2.0, 3.0], index=table.columns)
    model = quick(class_weight=weights).fit(X, table)
    loaded = saved_again(model, tmp_path / "m")
    assert_equal_answers(model, loaded, X, table)
    pd.testing.assert_series_equal(loaded.class_weight, weights)


def test_a_search_over_networks(X, y, tmp_path):
    grid = {"network": [TinyNet, GapNetPL], "dropout": [0.1]}
    search = GridSearchCV(quick(), grid, cv=KFold(2), scoring=macro_f1_scorer)
    search.fit(X, y)
    loaded = saved_again(search, tmp_path / "m")
    assert_equal_answers(search, loaded, X, y)
    assert list(loaded.cv_results_["param_network"]) == [TinyNet, GapNetPL]


def test_a_frozen_model_is_stored_once(classifier, X, y, tmp_path):
    frozen = FrozenEstimator(classifier)
    voting = SoftVotingClassifier([("a", frozen), ("b", frozen)]).fit(X, y)
    loaded = saved_again({"model": voting, "channels": "RGBY"}, tmp_path / "m")
    assert loaded["channels"] == "RGBY"
    voters = loaded["model"].estimators_
    assert voters[0] is voters[1]
    alone = tmp_path / "alone"
    save_model(classifier, alone)
    assert (tmp_path / "m").stat().st_size < 1.5 * alone.stat().st_size


def test_callbacks_of_scikit_learn_are_left_out(X, y, tmp_path):
    callback = pytest.importorskip("sklearn.callback")
    model = quick().set_callbacks(callback.ProgressBar())
    loaded = saved_again(model, tmp_path / "m")
    assert not hasattr(loaded, "_skl_callbacks")


def test_all_exported_estimators_are_among_those_tested():
    fitted = [param.values[0] for param in exported_classes()]
    assert sum(issubclass(cls, BaseEstimator) for cls in fitted) > 20
