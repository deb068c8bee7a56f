import numpy as np
import pandas as pd
import pytest
from sklearn.preprocessing import MultiLabelBinarizer

from sklearn_protloc.metrics import macro_f1_score
from sklearn_protloc.utils import check_indicator


@pytest.mark.parametrize("ids", [["a", "b", "c"], [7, 8, 9]], ids=["text", "numbers"])
def test_a_column_of_names_among_labels_is_called_by_its_name(ids):
    y = pd.DataFrame({"Id": ids, "Cytosol": [0, 1, 1], "Nucleus": [1, 0, 1]})
    with pytest.raises(ValueError, match=r"'Id' holds.*y\.set_index\('Id'\)"):
        check_indicator(y)
    indicator, names = check_indicator(y.set_index("Id"))
    np.testing.assert_array_equal(indicator, y.iloc[:, 1:])
    assert names.tolist() == ["Cytosol", "Nucleus"]


def test_lists_of_names_are_to_be_converted_in_the_order_of_the_others():
    y_true = pd.DataFrame([[1, 0], [1, 1]], columns=["Nucleus", "Cytosol"])
    lists = [["Nucleus"], ["Nucleus", "Cytosol"]]
    with pytest.raises(
        ValueError, match=r"\(classes=names\).*y_true\.columns.*predict"
    ):
        macro_f1_score(y_true, lists)
    converted = MultiLabelBinarizer(classes=y_true.columns).fit_transform(lists)
    assert macro_f1_score(y_true, converted) == 1


def test_a_wrong_value_in_a_column_of_labels_is_told_as_such():
    y = pd.DataFrame({"Cytosol": [0, 1, 2], "Nucleus": [1, 0, 1]})
    with pytest.raises(ValueError, match=r"got also \[2\]"):
        check_indicator(y)
    with pytest.raises(ValueError, match="contains NaN"):
        check_indicator(y.replace(2, np.nan))
    with pytest.raises(ValueError, match="lists or names of labels"):
        check_indicator(pd.DataFrame({"locations": ["0 1", "2"]}))
