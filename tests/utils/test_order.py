import numpy as np
import pytest

from sklearn_protloc.augmentation import RandomDihedral
from sklearn_protloc.classifiers import LocalizationClassifier
from sklearn_protloc.datasets import ImageCollection, make_cells
from sklearn_protloc.model_selection import MultiLabelThresholdOptimizer
from sklearn_protloc.networks import TinyNet
from sklearn_protloc.over_sampling import RareLabelOverSampler
from sklearn_protloc.preprocessing import Resize
from sklearn_protloc.utils import check_same_order


@pytest.fixture
def cells():
    cells = make_cells(12, image_size=32, labels=2, random_state=0, as_frame=True)
    names = [f"image{i:02d}" for i in range(12)]
    cells.data = ImageCollection.from_array(cells.data, ids=names)
    cells.target.index = names
    return cells


def test_labels_in_another_order_are_refused(cells):
    turned = cells.target[::-1]
    message = r"row 0 is 'image00' in X.ids and 'image11'.*y.loc\[X.ids\]"
    classifier = LocalizationClassifier(TinyNet, max_epochs=1)
    for model in (classifier, MultiLabelThresholdOptimizer(classifier, cv=2)):
        with pytest.raises(ValueError, match=message):
            model.fit(cells.data, turned)
    classifier.fit(cells.data, turned.loc[cells.data.ids])


@pytest.mark.parametrize(
    "change",
    [
        lambda X, y: (Resize(16).fit_transform(X), y),
        RareLabelOverSampler(20, random_state=0).fit_resample,
        RareLabelOverSampler(
            20, augmenter=RandomDihedral(), random_state=0
        ).fit_resample,
    ],
    ids=["resize", "copy", "augment"],
)
def test_changed_images_are_still_called_the_same(cells, change):
    X, y = change(cells.data, cells.target)
    assert X.ids.tolist() == y.index.tolist()
    assert X[5:2:-1].ids.tolist() == y.index[5:2:-1].tolist()
    check_same_order(X, y)
    with pytest.raises(ValueError, match="in another order"):
        check_same_order(X, y[::-1])
    X, _ = change(np.asarray(cells.data), cells.target)
    assert getattr(X, "ids", None) is None


def test_labels_that_tell_no_order_are_taken_as_they_are(cells):
    target = cells.target
    check_same_order(cells.data, target)
    check_same_order(cells.data, target.reset_index(drop=True))
    check_same_order(cells.data, target[::-1].to_numpy())
    check_same_order(np.asarray(cells.data), target[::-1])
    check_same_order(cells.data[:3], target[::-1])
