"""Models in files that run no code when opened, and networks for other programs."""

from sklearn_protloc.persistence._errors import ModelFileError
from sklearn_protloc.persistence._export import export_onnx, export_torchscript
from sklearn_protloc.persistence._load import load_model
from sklearn_protloc.persistence._save import save_model

__all__ = [
    "ModelFileError",
    "export_onnx",
    "export_torchscript",
    "load_model",
    "save_model",
]
