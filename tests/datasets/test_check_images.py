"""Every fault planted in a folder, and what is done about it."""

import pickle

import cv2
import numpy as np
import pandas as pd
import pytest

from sklearn_protloc.datasets import ImageCollection, check_images, make_cells
from sklearn_protloc.preprocessing import MissingChannelImputer

CELLS = make_cells(17, image_size=32, random_state=1).data
COLORED = cv2.merge([CELLS[5, 1] // 2, CELLS[5, 1], CELLS[5, 1] // 4])
WHITE = np.repeat([[255], [0]], [20, 12], axis=0).astype(np.uint8)
OTHERS = (CELLS[15, 0], CELLS[16, 0])
MANY_PAGES = cv2.imencodemulti(".tiff", OTHERS)[1].tobytes()


def encoded(pixels, extension="png"):
    return cv2.imencode(f".{extension}", pixels)[1].tobytes()


# Content of a file (None: it is gone) and the fault that it has, by sample and channel.
PLANTED = {
    (1, 2): (None, "missing"),
    (2, 0): (encoded(CELLS[2, 0])[:-40], "unreadable"),
    (2, 1): (encoded(CELLS[2, 1], "jpg")[:-40], "unreadable"),
    (3, 1): (b"", "unreadable"),
    (4, 3): (b"no image", "unreadable"),
    (5, 1): (encoded(COLORED), "colour"),
    (6, 3): (encoded(CELLS[6, 3, :20]), "size"),
    (7, 2): (encoded(CELLS[7, 2].astype(np.uint16)), "dtype"),
    (8, 0): (encoded(CELLS[8, 0].astype(np.float32), "tiff"), "dtype"),
    (9, 1): (MANY_PAGES, "pages"),
    (10, 3): (encoded(np.full((32, 32), 7, np.uint8)), "blank"),
    (11, 0): (encoded(np.maximum(CELLS[11, 0], WHITE)), "saturated"),
    (12, 1): (encoded(CELLS[12, 1]), "copied"),
    (12, 2): (encoded(CELLS[12, 1]), "copied"),
    (14, 0): (encoded(CELLS[13, 0]), "duplicate"),
    (14, 3): (encoded(CELLS[0, 3], "bmp"), "duplicate"),
}
FAULTY = sorted({i for i, _ in PLANTED})
SOUND = [i for i in range(len(CELLS)) if i not in FAULTY]
IDS = [f"cell{i}" for i in range(len(CELLS))]


@pytest.fixture(scope="module")
def damaged(write_images, tmp_path_factory):
    """Return the file names of a folder in which every fault is planted."""
    folder = tmp_path_factory.mktemp("damaged")
    paths = np.array(write_images(CELLS, folder), dtype=object)
    for place, (content, _) in PLANTED.items():
        if content is None:
            paths[place].unlink()
        else:
            paths[place].write_bytes(content)
    return paths


def found(report):
    faults = report.faults
    return {(row.sample, row.channel): row.fault for row in faults.itertuples()}


def expected_faults():
    return {place: fault for place, (_, fault) in PLANTED.items()}


def test_every_fault_is_found_and_named(damaged):
    report = check_images(damaged, policy="drop", ids=IDS)
    assert found(report) == expected_faults()
    assert len(report.faults) == len(PLANTED)
    for row in report.faults.itertuples():
        assert row.file == str(damaged[row.sample, row.channel])
        assert row.id == IDS[row.sample]
    detail = report.faults.set_index(["sample", "channel"])["detail"]
    assert detail[4, 3] == "it is not a readable image: it may be damaged."
    assert detail[5, 1].startswith("it holds 3 colour channels, expected a grey image")
    assert detail[11, 0].startswith("62% of its pixels are 255")
    assert detail[6, 3] == "it has 20 x 32 pixels, not 32 x 32"
    assert detail[7, 2] == "its pixels are uint16, not uint8"
    assert detail[10, 3] == "its pixels are 7"
    assert detail[12, 1] == f"its pixels are those of {damaged[12, 2]}"
    assert detail[14, 0] == f"it shows the same pixels as {damaged[13, 0]}"


def test_counts_masks_and_summary(damaged):
    report = check_images(damaged, policy="drop")
    assert report.counts.loc["unreadable"].tolist() == [4, 3]
    assert report.counts["channels"].sum() == len(PLANTED)
    assert np.flatnonzero(report.keep).tolist() == SOUND
    masked = {
        place for place, fault in expected_faults().items() if fault != "duplicate"
    }
    assert set(zip(*np.nonzero(report.mask), strict=True)) == masked
    assert report.groups[0] == report.groups[13] == report.groups[14]
    assert len(set(report.groups)) == len(CELLS) - 2
    assert str(report).startswith(f"{len(FAULTY)} of 17 samples have faults:\n")
    assert str(report) == repr(report)
    assert "unreadable         4        3" in str(report)


@pytest.mark.parametrize("seed", range(3))
def test_order_of_samples_does_not_matter(damaged, seed):
    order = np.random.default_rng(seed).permutation(len(CELLS))
    report = check_images(damaged[order], policy="drop")
    there = {(order[i], k): fault for (i, k), fault in found(report).items()}
    alone = {p: f for p, f in expected_faults().items() if f != "duplicate"}
    assert {p: f for p, f in there.items() if f != "duplicate"} == alone
    groups = np.empty_like(report.groups)
    groups[order] = report.groups
    assert groups[0] == groups[13] == groups[14]
    assert len(set(groups)) == len(CELLS) - 2


def test_parallel_equals_serial(damaged):
    serial = check_images(damaged, policy="drop")
    parallel = check_images(damaged, policy="drop", n_jobs=3)
    pd.testing.assert_frame_equal(serial.faults, parallel.faults)
    np.testing.assert_array_equal(serial.groups, parallel.groups)


def test_raise_names_counts_and_first_files(damaged):
    with pytest.raises(ValueError, match="13 of 17 samples have faults") as error:
        check_images(damaged)
    lines = str(error.value).splitlines()
    assert f"{damaged[1, 2]}: missing: there is no such file" in lines
    assert lines[-2] == f"... and {len(PLANTED) - 10} more."
    assert lines[-1].startswith("To go on without them, pass policy='drop' or")


def test_raise_lets_sound_images_through(damaged):
    report = check_images(damaged[SOUND])
    assert report.keep.all()
    assert str(report) == f"{len(SOUND)} samples, none with a fault"
    assert report.faults.empty
    assert report.counts.empty
    np.testing.assert_array_equal(report.data, CELLS[SOUND])


def test_drop_leaves_sound_samples(damaged):
    damaged = damaged[::-1]  # so that the first sample is no model for the others
    report = check_images(damaged[3:], policy="drop", ids=IDS[::-1][3:])
    kept = np.flatnonzero(report.keep)
    assert report.data.ids.tolist() == [IDS[::-1][3:][i] for i in kept]
    np.testing.assert_array_equal(report.data, CELLS[::-1][3:][kept])
    again = ImageCollection(damaged[3:][report.keep])
    np.testing.assert_array_equal(again, report.data)


def test_mask_puts_zeros_in_place_of_faulty_channels(damaged):
    report = check_images(damaged, policy="mask", ids=IDS)
    expected = CELLS.copy()
    expected[14, 0], expected[14, 3] = CELLS[13, 0], CELLS[0, 3]
    expected[report.mask] = 0
    assert report.data.shape == CELLS.shape
    np.testing.assert_array_equal(report.data, expected)
    part = pickle.loads(pickle.dumps(report)).data[[12, 1]]
    np.testing.assert_array_equal(part, expected[[12, 1]])
    assert part.ids.tolist() == ["cell12", "cell1"]
    assert "faulty channels masked" in repr(part)


def test_masked_files_are_not_opened_again(damaged, capfd):
    data = check_images(damaged, policy="mask").data
    capfd.readouterr()
    np.asarray(data)
    assert capfd.readouterr().err == ""  # where decoders complain


def test_masked_images_pass_through_transformers(damaged):
    report = check_images(damaged, policy="mask")
    imputed = MissingChannelImputer("mean").fit_transform(report.data)
    assert imputed[1][2].any()
    np.testing.assert_array_equal(imputed[1][1], CELLS[1, 1])


def test_masked_images_are_cached(damaged, tmp_path):
    masked = check_images(damaged, policy="mask").data
    cached = masked.cache(tmp_path / "X.npy")
    np.testing.assert_array_equal(cached, masked)
    np.testing.assert_array_equal(masked.cache(tmp_path / "X.npy"), masked)
    less = check_images(damaged, policy="mask", ignore=["blank"]).data
    with pytest.raises(ValueError, match=r"10_0\.png \(image 10\) is not what was"):
        less.cache(tmp_path / "X.npy")


def test_a_sample_without_any_channel_is_masked(damaged, tmp_path):
    lost = [tmp_path / f"{k}.png" for k in range(4)]
    report = check_images([lost, *damaged[SOUND]], policy="mask")
    assert report.mask[0].all()
    assert not report.data[0].any()
    np.testing.assert_array_equal(report.data[1], CELLS[SOUND[0]])


def test_a_fault_after_the_check_is_named(damaged, write_images, tmp_path):
    paths = write_images(CELLS[:3], tmp_path)
    paths[0][1].unlink()
    data = check_images(paths, policy="mask").data
    paths[0][2].write_bytes(b"")
    with pytest.raises(ValueError, match=r"0_2\.png is not a readable image"):
        data[0]


@pytest.mark.parametrize("policy", ["drop", "mask"])
def test_nothing_is_left(damaged, policy, tmp_path):
    message = "No (sample is left|channel can be read)"
    with pytest.raises(ValueError, match=message) as error:
        check_images([[tmp_path / "a.png"], [tmp_path / "b.png"]], policy=policy)
    assert f"{tmp_path / 'b.png'}: missing" in str(error.value)


def test_a_collection_whose_files_were_damaged_later(write_images, tmp_path):
    paths = write_images(CELLS[:4], tmp_path)
    X = ImageCollection(paths, ids=list("abcd"))
    paths[2][1].unlink()
    paths[0][0].write_bytes(paths[0][0].read_bytes()[:-1])
    report = check_images(X, policy="drop")
    assert found(report) == {(2, 1): "missing", (0, 0): "unreadable"}
    assert report.faults["id"].tolist() == ["a", "c"]
    assert report.data.ids.tolist() == ["b", "d"]


def test_sizes_when_images_are_resized(damaged, write_images, tmp_path):
    cells = [CELLS[0], CELLS[1, :, :20], [*CELLS[2, :3], CELLS[2, 3, :20]], CELLS[3]]
    paths = write_images(cells, tmp_path)
    assert found(check_images(paths, policy="drop")) == {
        **{(1, k): "size" for k in range(4)},
        (2, 3): "size",
    }
    report = check_images(paths, policy="mask", image_size=16)
    assert found(report) == {(2, 3): "size"}
    assert report.data.shape == (4, 4, 16, 16)
    expected = ImageCollection([paths[1]], image_size=16)[0]
    np.testing.assert_array_equal(report.data[1], expected)
    assert not report.data[2][3].any()
    collection = ImageCollection(paths, image_size=16)
    assert found(check_images(collection, policy="drop")) == {(2, 3): "size"}


def test_colour_that_is_asked_for_is_no_fault(damaged):
    report = check_images(damaged, policy="drop", colored=True)
    assert (5, 1) not in found(report)
    assert report.keep[5]
    number = np.count_nonzero(report.keep[:5])
    np.testing.assert_array_equal(report.data[number][1], CELLS[5, 1])


def test_files_of_several_channels(tmp_path):
    tifffile = pytest.importorskip("tifffile")
    paths = [tmp_path / f"{i}.tif" for i in range(5)]
    for path, image in zip(paths, CELLS, strict=False):
        tifffile.imwrite(path, image, photometric="minisblack")
    tifffile.imwrite(paths[1], CELLS[1, :3], photometric="minisblack")
    tifffile.imwrite(paths[2], CELLS[2, 0])
    paths[3].write_bytes(paths[3].read_bytes()[:2000])
    report = check_images(paths, policy="mask", axes="CYX")
    faults = report.faults.drop_duplicates("sample").set_index("sample")
    assert faults["fault"].tolist() == ["size", "pages", "unreadable"]
    assert faults.loc[1, "detail"] == "it has 3 channels, most samples have 4"
    assert faults.loc[3, "file"] == str(paths[3])
    assert report.mask.all(axis=1).tolist() == [False, True, True, True, False]
    np.testing.assert_array_equal(report.data[4], CELLS[4])
    assert not report.data[3].any()


def test_tables_and_names_that_are_not_there(damaged):
    table = pd.DataFrame(damaged[SOUND][:, :2], columns=["dna", "protein"])
    table.loc[1, "protein"] = None
    table.loc[2, "dna"] = np.nan
    report = check_images(table, policy="drop")
    assert found(report) == {(1, 1): "missing", (2, 0): "missing"}


def test_a_folder_is_not_a_table(tmp_path):
    for name in (tmp_path, str(tmp_path)):
        with pytest.raises(TypeError, match="table of file names, got one name"):
            check_images(name)


def test_ways_of_reading_are_for_files(images):
    with pytest.raises(TypeError, match="Expected ids and image_size with file names"):
        check_images(images, ids=list("abcdefgh"), image_size=16)
    for X in (images, [["a.png"]]):
        with pytest.raises(
            TypeError, match=r"no parameter 'root'\. .* from_table"
        ) as e:
            check_images(X, root="plate/")
        assert "_open" not in str(e.value)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"policy": "warn"}, "policy as 'raise', 'drop' or 'mask', got 'warn'"),
        ({"ignore": ["missing"]}, "ignore as a list of some of damaged, .*'missing'"),
        ({"ignore": "blank"}, "ignore as a list"),
        ({"blank_range": -1}, "blank_range"),
        ({"max_saturated": 50}, "max_saturated"),
    ],
    ids=str,
)
def test_wrong_parameters(images, wrong, message):
    with pytest.raises(ValueError, match=message):
        check_images(images, **wrong)
