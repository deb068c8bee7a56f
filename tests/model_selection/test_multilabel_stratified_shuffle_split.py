import numpy as np
import pytest
from sklearn.model_selection import StratifiedShuffleSplit

from sklearn_protloc.model_selection import MultilabelStratifiedShuffleSplit

Y = np.random.default_rng(0).random((200, 5)) < [0.5, 0.2, 0.1, 0.05, 0.03]


@pytest.mark.parametrize(
    ("sizes", "n_train", "n_test"),
    [
        ({}, 180, 20),
        ({"test_size": 0.25}, 150, 50),
        ({"test_size": 30}, 170, 30),
        ({"train_size": 0.5}, 100, 100),
        ({"train_size": 120, "test_size": 40}, 120, 40),
        ({"train_size": 0.501, "test_size": 0.101}, 100, 21),
    ],
)
def test_sizes_are_those_of_scikit_learn_and_labels_have_their_shares(
    sizes, n_train, n_test
):
    splitter = MultilabelStratifiedShuffleSplit(4, random_state=0, **sizes)
    theirs = StratifiedShuffleSplit(4, random_state=0, **sizes)
    for (train, test), (expected, _) in zip(
        splitter.split(Y, Y), theirs.split(Y, Y[:, 0]), strict=True
    ):
        assert (len(train), len(test)) == (n_train, n_test)
        assert len(expected) == n_train
        assert not set(train) & set(test)
        for rows in (train, test):
            share = len(rows) / len(Y) * Y.sum(axis=0)
            assert np.abs(Y[rows].sum(axis=0) - share).max() < 1


def test_divisions_differ_but_not_from_call_to_call():
    splitter = MultilabelStratifiedShuffleSplit(3, test_size=0.2, random_state=0)
    first, again = (
        [test.tolist() for _, test in splitter.split(Y, Y)] for _ in range(2)
    )
    assert first == again
    assert first[0] != first[1] != first[2]


@pytest.mark.parametrize("column", [Y[:, 0], Y[:, :1]])
def test_one_column_is_stratified_shuffle_split(column):
    ours = MultilabelStratifiedShuffleSplit(2, random_state=0).split(Y, column)
    theirs = StratifiedShuffleSplit(2, random_state=0).split(Y, Y[:, 0])
    for own, reference in zip(ours, theirs, strict=True):
        np.testing.assert_array_equal(own[1], reference[1])


@pytest.mark.parametrize(
    ("sizes", "message"),
    [
        ({"test_size": 201}, "test_size=201 should be either positive and smaller"),
        ({"test_size": 1.5}, r"test_size=1\.5 should be"),
        ({"test_size": 0.6, "train_size": 0.6}, "sum of test_size and train_size"),
    ],
)
def test_sizes_that_do_not_fit_are_refused(sizes, message):
    with pytest.raises(ValueError, match=message):
        next(MultilabelStratifiedShuffleSplit(**sizes).split(Y, Y))
