"""Networks for other programs."""

import io
import json
import warnings

import torch

from sklearn_protloc.persistence._probability_network import (
    example_images,
    probability_network,
)
from sklearn_protloc.utils import import_or_raise, replacing

__all__ = ["export_onnx", "export_torchscript"]


def export_onnx(model, path, *, dtype="uint8"):
    """Write a network to an ONNX file, for programs in any language.

    It takes raw images, named ``images``, and gives ``probabilities``, those of
    `predict_proba` but for rounding: scaling, standardisation and the sigmoid are in
    it. A batch may have any size, and images too where the network takes any; one with
    an `image_size` takes that of its training. The names of the labels stand in its
    metadata as ``labels``, a JSON list.

    Parameters
    ----------
    model : LocalizationClassifier
        Fitted. What is around it, such as pipelines and thresholds, is left out, and
        so are tiles and turned copies: it predicts one whole image or crop.
    path : str or path-like
        The file to write.
    dtype : {"uint8", "uint16", "float32"}, default="uint8"
        Type of the images. Integers are scaled to [0, 1], as in training.

    Raises
    ------
    ImportError
        If onnx or onnxscript are missing (extra ``onnx``).
    TypeError
        If `model` is no LocalizationClassifier.
    ValueError
        If `dtype` is not as described.

    See Also
    --------
    export_torchscript : The same for programs with torch.
    save_model : The whole model, for this library.

    Examples
    --------
    >>> from sklearn_protloc.classifiers import LocalizationClassifier
    >>> from sklearn_protloc.datasets import make_cells
    >>> from sklearn_protloc.networks import TinyNet
    >>> from sklearn_protloc.persistence import export_onnx
    >>> cells = make_cells(20, image_size=32, random_state=0)
    >>> model = LocalizationClassifier(TinyNet, max_epochs=1, random_state=0)
    >>> model = model.fit(cells.data, cells.target)
    >>> export_onnx(model, "cells.onnx")  # doctest: +SKIP
    """
    for package in ("onnx", "onnxscript"):
        import_or_raise(package, "Writing ONNX files", extra="onnx")
    network, any_size = probability_network(model, dtype)
    sizes = dict.fromkeys((0, 2, 3) if any_size else (0,), torch.export.Dim.DYNAMIC)
    with replacing(path) as file, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of the exporter, about itself
        program = torch.onnx.export(
            network,
            (example_images(model, dtype),),
            dynamo=True,
            dynamic_shapes=(sizes,),
            input_names=["images"],
            output_names=["probabilities"],
            verbose=False,
        )
        program.model.metadata_props["labels"] = _labels(model)
        written = program.model_proto
        # Shapes in between are hints, of which some hold for the example's size alone;
        # onnxruntime would trust them. It finds its own without.
        del written.graph.value_info[:]
        _name_axes(written.graph)
        file.write(written.SerializeToString())


def export_torchscript(model, path, *, dtype="uint8"):
    """Write a network to a TorchScript file, for programs with torch in C++ or Python.

    It takes raw images and gives probabilities, those of `predict_proba` but for
    rounding: scaling, standardisation and the sigmoid are in it. A batch may have any
    size, and images too where the network takes any. The names of the labels are in the
    extra file ``labels.json``.

    Parameters
    ----------
    model : LocalizationClassifier
        Fitted. What is around it, such as pipelines and thresholds, is left out, and
        so are tiles and turned copies: it predicts one whole image or crop.
    path : str or path-like
        The file to write.
    dtype : {"uint8", "uint16", "float32"}, default="uint8"
        Type of the images. Integers are scaled to [0, 1], as in training.

    Raises
    ------
    TypeError
        If `model` is no LocalizationClassifier.
    ValueError
        If `dtype` is not as described.

    See Also
    --------
    export_onnx : The same for programs without torch.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> from sklearn_protloc.classifiers import LocalizationClassifier
    >>> from sklearn_protloc.datasets import make_cells
    >>> from sklearn_protloc.networks import TinyNet
    >>> from sklearn_protloc.persistence import export_torchscript
    >>> cells = make_cells(20, image_size=32, random_state=0)
    >>> model = LocalizationClassifier(TinyNet, max_epochs=1, random_state=0)
    >>> model = model.fit(cells.data, cells.target)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     export_torchscript(model, Path(folder) / "cells.pt")
    ...     (Path(folder) / "cells.pt").exists()
    True
    """
    network, _ = probability_network(model, dtype)
    file = io.BytesIO()
    with warnings.catch_warnings():
        # of torch, about TorchScript and checks of size
        warnings.simplefilter("ignore")
        traced = torch.jit.trace(network, example_images(model, dtype))
        torch.jit.save(traced, file, _extra_files={"labels.json": _labels(model)})
    with replacing(path) as out:
        out.write(file.getvalue())


def _name_axes(graph):
    """Call axes of any size by what they are, instead of by numbers of the exporter."""
    names = {}
    axes = ("batch", "channels", "height", "width")
    for axis, dim in zip(axes, _axes(graph.input[0]), strict=True):
        if dim.dim_param:
            dim.dim_param = names.setdefault(dim.dim_param, axis)
    for dim in _axes(graph.output[0]):
        if dim.dim_param:
            dim.dim_param = names[dim.dim_param]


def _axes(value):
    return value.type.tensor_type.shape.dim


def _labels(model):
    return json.dumps(model.label_names_.tolist())
