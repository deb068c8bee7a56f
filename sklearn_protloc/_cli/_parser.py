"""What the `protloc` command understands."""

import argparse

from sklearn_protloc import __version__

__all__ = ["make_parser"]

_DESCRIPTION = """\
Find in which parts of the cell proteins are, from fluorescence microscopy images.

Images are one grey PNG per channel, named <Id>_red.png (microtubules),
<Id>_green.png (the protein), <Id>_blue.png (nucleus) and <Id>_yellow.png
(endoplasmic reticulum), as in the Human Protein Atlas.
"""

_EXAMPLES = """\
examples:
  protloc demo
  protloc train --labels train.csv --images train/ --out model.protloc
  protloc predict model.protloc --images test/ --out submission.csv
  protloc evaluate model.protloc --labels test.csv --images test/ --out report.html

"protloc COMMAND --help" tells more about a command.
"""

_DEMO = """\
Train and test on synthetic cells, which are drawn on the spot.

A network is cross-validated and trained, a threshold per label is tuned on its
out-of-fold probabilities, and both are tested on cells set aside before. Takes a
minute or two.
"""

_TRAIN = """\
Cross-validate and train a network on your images, tune a threshold per label on
its out-of-fold probabilities, and save the model.

The table of labels has a column Id and a column Target, which holds location
numbers from 0 to 27 separated by spaces:

  Id,Target
  00070df0-bbc3-11e8,16 0
"""

_TRAIN_EXAMPLES = """\
examples:
  protloc train --labels train.csv --images train/ --out model.protloc
  protloc train --labels train.csv --images train/ --out quick.protloc \\
      --network TinyNet --image-size 128 --max-epochs 5
"""

_PREDICT = """\
Predict the locations of the images of a folder with a saved model.

Writes a table with the columns Id and Predicted, which holds location numbers in
ascending order separated by spaces, or nothing where no location was found. Files
of the Human Protein Atlas are often named without the gene: --ids takes a table
with Ids that begin with it, such as ENSG00000000003_4109_24_H11_1.
"""

_PREDICT_EXAMPLES = """\
example:
  protloc predict model.protloc --images test/ --out submission.csv \\
      --proba probabilities.csv
"""

_EVALUATE = """\
Predict images whose locations are known and write a page on how good that is: one
HTML file that needs no other and fetches nothing.

The table of labels is one as for "protloc train". Take images that the model was not
trained on; with --train-labels and --train-images the page tells what they share with
those that it was.
"""

_EVALUATE_EXAMPLES = """\
example:
  protloc evaluate model.protloc --labels test.csv --images test/ \\
      --train-labels train.csv --train-images train/ --out report.html
"""


_MODEL = 'file of "protloc train", or of save_model with a classifier for RGBY images'


class _Parser(argparse.ArgumentParser):
    """A parser whose errors are one line, and name the command that they are of."""

    def parse_args(self, args=None, namespace=None):
        args, others = self.parse_known_args(args, namespace)
        if others:
            self.prog += f" {args.command}"
            self.error(f"unrecognized arguments: {' '.join(others)}")
        return args

    def error(self, message):
        self.exit(2, f'protloc: error: {message} (see "{self.prog} --help")\n')


def make_parser():
    """Return the parser of all commands."""
    parser = _Parser(
        prog="protloc",
        description=_DESCRIPTION,
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"protloc {__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    _add_demo(commands)
    _add_train(commands)
    _add_predict(commands)
    _add_evaluate(commands)
    return parser


def _add_command(commands, name, summary, description, examples=None):
    return commands.add_parser(
        name,
        help=summary,
        description=description,
        epilog=examples,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )


def _add_demo(commands):
    demo = _add_command(commands, "demo", "train and test on synthetic cells", _DEMO)
    add = demo.add_argument
    add(
        "--n-samples",
        type=int,
        default=1000,
        help="cells to draw, half of them for testing (default: %(default)s)",
    )
    add(
        "--image-size",
        type=int,
        default=64,
        help="pixels a side (default: %(default)s)",
    )
    _add_training_options(demo, max_epochs=20)
    demo.set_defaults(
        batch_size=32,
        lr=3e-3,
        dropout=None,
        crop_size=None,
        cv=3,
        device="auto",
        amp=False,
        n_jobs=1,
        num_workers=0,
    )


def _add_train(commands):
    summary = "train on your images and save a model"
    train = _add_command(commands, "train", summary, _TRAIN, _TRAIN_EXAMPLES)
    add = train.add_argument
    add("--labels", required=True, metavar="CSV", help="table of Id and Target")
    add("--images", required=True, metavar="DIR", help="folder of the PNG files")
    add("--out", required=True, metavar="MODEL", help="file to save the model in")
    add(
        "--channels",
        default="RGBY",
        help="which, in which order (default: %(default)s)",
    )
    add("--image-size", type=int, help="resize to pixels a side (default: as they are)")
    add(
        "--crop-size",
        type=int,
        help="train on random parts of so many pixels a side, and predict in tiles "
        "(default: whole images)",
    )
    _add_training_options(train, max_epochs=30)
    add(
        "--batch-size",
        type=int,
        default=32,
        help="images in a step (default: %(default)s)",
    )
    add(
        "--lr",
        type=float,
        default=1e-3,
        help="peak learning rate (default: %(default)s)",
    )
    add("--dropout", type=float, help="share from 0 to 1 (default: the network's own)")
    add(
        "--cv",
        type=int,
        default=3,
        help="folds of cross-validation (default: %(default)s)",
    )
    add(
        "--device",
        default="auto",
        help="auto, cpu, cuda, cuda:1, ... (default: %(default)s)",
    )
    add("--amp", action="store_true", help="compute in bfloat16: faster, less exact")
    add(
        "--n-jobs",
        type=int,
        default=1,
        help="folds trained at a time (default: %(default)s)",
    )
    add(
        "--num-workers",
        type=int,
        default=0,
        help="threads that read images ahead, for each fold (default: %(default)s)",
    )
    add(
        "--checkpoint-dir",
        metavar="DIR",
        help="folder for the state of training after each epoch, from which the same "
        "command goes on after it was killed (default: none)",
    )


def _add_training_options(parser, *, max_epochs):
    add = parser.add_argument
    add(
        "--network",
        default="GapNetPL",
        help="of sklearn_protloc.networks, such as TinyNet (default: %(default)s)",
    )
    add(
        "--max-epochs",
        type=int,
        default=max_epochs,
        help="passes over the images (default: %(default)s)",
    )
    add("--random-state", type=int, default=0, help="seed (default: %(default)s)")


def _add_predict(commands):
    summary = "predict the locations of images with a saved model"
    predict = _add_command(commands, "predict", summary, _PREDICT, _PREDICT_EXAMPLES)
    add = predict.add_argument
    add("model", metavar="MODEL", help=_MODEL)
    add("--images", required=True, metavar="DIR", help="folder of the PNG files")
    add("--out", required=True, metavar="CSV", help="table to write")
    add("--proba", metavar="CSV", help="table of the probability of every label")
    add(
        "--ids",
        metavar="CSV",
        help="table with a column Id of the images to predict, called so in the output "
        "too (default: every image of the folder, called like its files)",
    )
    add(
        "--num-workers",
        type=int,
        help="threads that read images ahead (default: as in training)",
    )
    add(
        "--device",
        default="auto",
        help="auto, cpu, cuda, cuda:1, ... (default: %(default)s)",
    )


def _add_evaluate(commands):
    summary = "write a report on a saved model and images with labels"
    evaluate = _add_command(
        commands, "evaluate", summary, _EVALUATE, _EVALUATE_EXAMPLES
    )
    add = evaluate.add_argument
    add("model", metavar="MODEL", help=_MODEL)
    add("--labels", required=True, metavar="CSV", help="table of Id and Target")
    add("--images", required=True, metavar="DIR", help="folder of the PNG files")
    add("--out", required=True, metavar="HTML", help="page to write")
    add("--title", default="Protein localization", help="heading of the page")
    add("--train-labels", metavar="CSV", help="table that the model was trained on")
    add("--train-images", metavar="DIR", help="folder that it was trained on")
    add(
        "--num-workers",
        type=int,
        help="threads that read images ahead (default: as in training)",
    )
    add(
        "--device",
        default="auto",
        help="auto, cpu, cuda, cuda:1, ... (default: %(default)s)",
    )
