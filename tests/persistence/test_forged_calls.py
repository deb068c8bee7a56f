"""What a forged file could make the library call: nothing that reads or writes."""

import contextlib
import importlib
import inspect
import sys
from functools import partial

import joblib
import numpy as np
import pytest
from imblearn.pipeline import make_pipeline as make_sampling_pipeline
from sklearn.ensemble import StackingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score, make_scorer
from sklearn.model_selection import GridSearchCV
from sklearn.multioutput import ClassifierChain
from sklearn.naive_bayes import GaussianNB
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer
from skorch.callbacks import Checkpoint
from torch import nn

import sklearn_protloc
from sklearn_protloc.classifiers import LocalizationClassifier
from sklearn_protloc.classifiers._state_file import write_state
from sklearn_protloc.networks import TinyNet
from sklearn_protloc.persistence import _allowed, load_model, save_model
from tests.persistence.conftest import assert_refused, members_of, write_members

ROOMS = [
    "augmentation",
    "classifiers",
    "datasets",
    "losses",
    "metrics",
    "model_selection",
    "networks",
    "over_sampling",
    "persistence",
    "plotting",
    "preprocessing",
    "reporting",
    "utils",
]
INNER = {"FoldEnsemble", "LogisticMap"}


def things_of_the_library():
    """Yield the room, name and exports of whatever class or function it defines."""
    for room in ROOMS:
        home = f"{sklearn_protloc.__name__}.{room}"
        exported = set(importlib.import_module(home).__all__)
        for module in [m for m in sys.modules if f"{m}.".startswith(f"{home}.")]:
            for thing in vars(sys.modules[module]).values():
                own = getattr(thing, "__module__", None) == module
                if own and (inspect.isclass(thing) or inspect.isfunction(thing)):
                    yield room, thing, exported


def test_functions_are_those_that_compute_and_classes_those_that_are_exported():
    allowed = _allowed.Allowed()
    named = 0
    for room, thing, exported in things_of_the_library():
        if allowed.name_of(thing) is None:
            continue
        named += 1
        if inspect.isclass(thing):
            assert thing.__name__ in exported | INNER
        else:
            assert room in ("augmentation", "metrics")
            assert thing.__name__ in exported
    assert named > 80


def names_that_files_may_have():
    """List the names of all functions, and of the classes whose making is a call."""
    yield from _allowed._fixed()
    for room in _allowed._ROOMS:
        module = importlib.import_module(f"sklearn_protloc.{room}")
        yield from (f"{module.__name__}.{name}" for name in module.__all__)
    for root, parts in _allowed._PARTS.items():
        for part in parts:
            module = importlib.import_module(f"{root}.{part}")
            yield from (f"{module.__name__}.{name}" for name in dir(module))


@pytest.mark.filterwarnings("ignore")
def test_nothing_that_a_file_may_name_writes_when_it_is_called(data, tmp_path):
    victim = tmp_path / "precious.txt"
    victim.write_text("precious")
    n_called = 0
    for name in set(names_that_files_may_have()):
        thing = _allowed._fixed().get(name) or _allowed._find(name)
        if thing is None:
            continue
        for place in (victim, str(victim), str(tmp_path / "new")):
            with contextlib.suppress(Exception):
                thing(place, data[0])
            n_called += 1
    assert n_called > 1500
    assert victim.read_text() == "precious"
    assert list(tmp_path.iterdir()) == [victim]


def changed(model, path, change):
    """Save a model, and write it anew with another configuration."""
    save_model(model, path)
    config, members = members_of(path)
    change(config)
    return write_members(path.with_name("forged"), config, members)


def state_of(config, name):
    return next(n for n in config["objects"] if n.get("class", "").endswith(name))[
        "state"
    ]


@pytest.fixture
def data():
    X = np.random.default_rng(0).random((20, 3))
    return X, (X[:, 0] > 0.5).astype(int)


def test_no_function_that_writes_is_called_when_a_model_predicts(data, tmp_path):
    victim = tmp_path / "precious.txt"
    victim.write_text("precious")
    transformer = FunctionTransformer(partial(np.log1p, victim))

    def change(config):
        kind = next(n for n in state_of(config, "FunctionTransformer").values() if n)
        kind["function"]["name"] = "sklearn_protloc.classifiers.write_state"

    model = make_pipeline(transformer, LogisticRegression())
    model[-1].fit(*data)
    path = changed(model, tmp_path / "m", change)
    assert_refused(path, "write_state.* not part of the library")
    with pytest.raises(ValueError, match="write_state is not part"):
        save_model(FunctionTransformer(partial(write_state, victim)), tmp_path / "m")
    assert victim.read_text() == "precious"


@pytest.mark.parametrize(
    "name",
    [
        "joblib.Memory",
        "joblib.memory.Memory",
        "numpy.memmap",
        "pathlib.Path",
        "functools.partial",
        "sklearn.metrics.get_scorer",
        "sklearn.metrics.make_scorer",
        "skorch.callbacks.LoadInitState",
        "skorch.callbacks.TrainEndCheckpoint",
        "skorch.utils.open_file_like",
        "sklearn_protloc.classifiers.Checkpoints",
        "sklearn_protloc.classifiers.LocalizationNet",
        "sklearn_protloc.classifiers.Team",
        "sklearn_protloc.classifiers.lr_range_test",
        "sklearn_protloc.classifiers.read_state",
        "sklearn_protloc.classifiers.read_weights",
        "sklearn_protloc.classifiers.train_net",
        "sklearn_protloc.datasets.ImageCollection",
        "sklearn_protloc.model_selection.dask_client",
        "sklearn_protloc.model_selection.leakage_report",
        "sklearn_protloc.over_sampling.AugmentedImages",
        "sklearn_protloc.persistence.export_onnx",
        "sklearn_protloc.persistence.save_model",
        "sklearn_protloc.preprocessing.each_image",
        "sklearn_protloc.reporting.evaluation_report",
    ],
)
@pytest.mark.parametrize("kind", ["name", "object"])
def test_what_reads_or_writes_has_no_name(name, kind, tmp_path):
    node = {"kind": kind, "name": name, "class": name, "state": {}}
    path = write_members(tmp_path / "m", {"objects": [], "model": node}, {})
    assert_refused(path, "not part of the library")


@pytest.mark.parametrize(
    "name",
    [
        "builtins.str",
        "numpy.float16",
        "sklearn_protloc.networks.TinyNet",
        "torch.nn.ReLU",
        "torch.optim.SGD",
        "torch.optim.lr_scheduler.StepLR",
        "torch.utils.data.DataLoader",
    ],
)
def test_some_classes_are_named_and_not_built(name, tmp_path):
    node = {"kind": "object", "class": name, "state": {}}
    path = write_members(tmp_path / "m", {"objects": [], "model": node}, {})
    assert_refused(path, "may only be named")


@pytest.mark.parametrize(
    "name", ["sklearn_protloc.networks.TinyNet", "torch.optim.SGD"]
)
def test_modules_are_losses_and_activations(name, tmp_path):
    node = {"kind": "module", "class": name, "state": {}}
    node |= {"parameters": [], "buffers": [], "children": {}}
    path = write_members(tmp_path / "m", {"objects": [], "model": node}, {})
    assert_refused(path, "none to build")


def test_hooks_of_modules(tmp_path):
    def change(config):
        hooks = {"kind": "dict", "items": [[0, {"kind": "name", "name": "numpy.exp"}]]}
        state_of(config, "ReLU")["_forward_hooks"] = hooks

    assert_refused(changed(nn.ReLU(), tmp_path / "m", change), "hooks of torch")


def test_options_of_what_is_no_function(tmp_path):
    def change(config):
        node = {"kind": "partial", "args": {"kind": "tuple", "items": []}}
        options = {"kind": "names", "bunch": False, "items": {}}
        config["model"] = node | {"function": config["model"], "options": options}

    path = changed(LogisticRegression(), tmp_path / "m", change)
    assert_refused(path, "which is no function")


def stacking(X, y):
    voters = [("a", LogisticRegression()), ("b", GaussianNB())]
    return StackingClassifier(voters, cv=2).fit(X, y)


def chain(X, y):
    return ClassifierChain(LogisticRegression()).fit(X, np.column_stack([y, 1 - y]))


def scorer(X, y):
    return make_scorer(accuracy_score)


@pytest.mark.parametrize(
    ("make", "class_name", "attribute"),
    [
        (stacking, "StackingClassifier", "stack_method_"),
        (chain, "ClassifierChain", "chain_method_"),
        (scorer, "_Scorer", "_response_method"),
    ],
)
@pytest.mark.parametrize("method", ["fit", "save_params", "__getstate__"])
def test_methods_that_are_called_by_name(
    make, class_name, attribute, method, data, tmp_path
):
    def change(config):
        state = state_of(config, class_name)
        several = isinstance(state[attribute], list)
        state[attribute] = [method, method] if several else method

    path = changed(make(*data), tmp_path / "m", change)
    assert_refused(path, f"calls a method .*{method}")


def test_callbacks_of_the_running_program_are_not_taken_from_a_file(data, tmp_path):
    def change(config):
        state_of(config, "LogisticRegression")["_skl_callbacks"] = [1]

    path = changed(LogisticRegression().fit(*data), tmp_path / "m", change)
    assert not hasattr(load_model(path), "_skl_callbacks")


def test_methods_that_are_there_only_sometimes_are_not_replaced(data, tmp_path):
    def change(config):
        name = {"kind": "name", "name": "numpy.exp"}
        state_of(config, "GridSearchCV")["predict"] = name

    search = GridSearchCV(LogisticRegression(), {"C": [1.0]}, cv=2).fit(*data)
    assert_refused(changed(search, tmp_path / "m", change), "attribute 'predict'")


@pytest.mark.parametrize(
    ("model", "attribute"),
    [
        (LogisticRegression(), "_doc_link_url_param_generator"),  # into a page as it is
        (LogisticRegression(), "_doc_link_module"),
        (nn.ReLU(), "_compiled_call_impl"),  # called in place of the module
    ],
)
def test_what_a_class_sets_for_all_is_not_replaced(model, attribute, tmp_path):
    def change(config):
        name = {"kind": "name", "name": "numpy.exp"}
        state_of(config, type(model).__name__)[attribute] = name

    path = changed(model, tmp_path / "m", change)
    assert_refused(path, f"attribute '{attribute}'")


def folders(model):
    params = model.get_params()
    return [v for n, v in params.items() if n.endswith(("memory", "checkpoint_dir"))]


def with_folders(memory):
    net = LocalizationClassifier(
        TinyNet, max_epochs=1, random_state=0, checkpoint_dir=memory
    )
    sampling = make_sampling_pipeline(FunctionTransformer(np.log1p), net, memory=memory)
    return make_pipeline(FunctionTransformer(np.log1p), sampling, memory=memory)


def test_folders_to_write_to_are_not_taken_from_a_file(X, y, tmp_path):
    """A cache that joblib reads is pickle, and a checkpoint is a file anywhere."""

    def change(config):
        for node in config["objects"]:
            for name in ("memory", "checkpoint_dir"):
                if name in node["state"]:
                    node["state"][name] = str(tmp_path / "chosen")

    model = with_folders(str(tmp_path / "mine"))
    assert len(folders(model)) == 3
    path = changed(model, tmp_path / "m", change)
    assert str(tmp_path).encode() not in (tmp_path / "m").read_bytes()
    loaded = load_model(path)
    assert folders(loaded) == [None] * 3
    loaded.fit(X, y)
    assert {p.name for p in tmp_path.iterdir()} == {"m", "forged"}


def test_searches_over_folders_are_refused(tmp_path):
    pipeline = make_pipeline(LogisticRegression())
    search = GridSearchCV(pipeline, [{"memory": ["/tmp/cache"]}])
    with pytest.raises(ValueError, match="searches memory"):
        save_model(search, tmp_path / "m")

    def change(config):
        grids = state_of(config, "GridSearchCV")["param_grid"]
        grids[0]["items"]["pipeline__memory"] = ["/tmp/cache"]

    search.set_params(param_grid=[{"logisticregression__C": [1]}])
    path = changed(search, tmp_path / "m", change)
    assert_refused(path, "searches 'pipeline__memory'")


@pytest.mark.parametrize(
    "params",
    [
        {"callbacks": [Checkpoint(f_params="x.pt")]},
        {"callbacks": [("write", write_state)]},
        {"loss": write_state},
        {"augmenter": partial(write_state)},
        {"sampler": write_state},
        {"lr_schedule": write_state},
        {"optimizer": write_state},
        {"scoring": write_state},
        {"network": write_state},
        {"checkpoint_dir": None, "init_weights": joblib.Memory("x")},
    ],
    ids=str,
)
def test_parameters_that_are_called(params, tmp_path):
    model = LocalizationClassifier(**{"network": TinyNet, **params})
    with pytest.raises(ValueError, match="is not part of the library"):
        save_model(model, tmp_path / "m")
    assert list(tmp_path.iterdir()) == []
