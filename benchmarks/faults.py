"""Do harm to trainings, and count what survives.

    python benchmarks/faults.py         # all sections
    python benchmarks/faults.py kills   # one of them

`kills` ends processes that train by SIGKILL at random moments, half of them with a slow
disk, so that many are killed amid a write. Each training is killed up to five times
and then goes on to its end, where weights, history and best epoch are compared with
those of a training that nobody disturbed. Linux and macOS only.

`files` damages model files, also with checksums that fit, and image files of each
format, and opens each in a process of its own: none may crash or raise another error
than the reader's.

`workers` does so to the workers of a Dask cluster amid searches (extra `dask`), whose
results are compared with those of a search in one process.

`inputs` gives every public callable every bad value of its arguments, as the tests do,
and prints how many calls were refused in plain words, answered, or went wrong.
"""

import argparse
import os
import signal
import tempfile
import time
from pathlib import Path

import torch
from _fault_files import files
from _fault_inputs import inputs
from _fault_workers import workers
from torch.optim.lr_scheduler import OneCycleLR

from sklearn_protloc.augmentation import RandomDihedral
from sklearn_protloc.classifiers import LocalizationClassifier
from sklearn_protloc.datasets import make_cells
from sklearn_protloc.networks import TinyNet

KILLS_OF_ONE = 5
SLOW = 0.05  # seconds for which a write lasts longer on the slow disk


def model_of(folder=None):
    """Make a model whose training needs all that a checkpoint holds."""
    return LocalizationClassifier(
        TinyNet,
        dropout=0.5,
        lr=0.01,
        lr_schedule=OneCycleLR,
        augmenter=RandomDihedral(),
        early_stopping=True,
        n_iter_no_change=8,
        max_epochs=8,
        batch_size=16,
        checkpoint_dir=folder,
        random_state=0,
    )


def train_and_kill(folder, cells, after, slow):
    """Train in a process of its own and kill it after some seconds."""
    pid = os.fork()
    if pid == 0:
        if slow:
            fsync = os.fsync
            os.fsync = lambda file: (time.sleep(SLOW), fsync(file))
        model_of(folder).fit(cells.data, cells.target)
        os._exit(0)
    time.sleep(after)
    os.kill(pid, signal.SIGKILL)
    _, status = os.waitpid(pid, 0)
    return os.WIFSIGNALED(status)


def equal(model, expected):
    """Tell whether two models are the same to the last bit, and came to be so."""
    states = [m.net_.module_.state_dict() for m in (model, expected)]
    histories = [
        [{**row, "dur": None} for row in m.history_] for m in (model, expected)
    ]
    same = all(
        torch.equal(tensor, states[1][name]) for name, tensor in states[0].items()
    )
    return same and histories[0] == histories[1]


def kills(n_kills=20):
    """Kill trainings, and count how many end as if nothing had been."""
    rng = torch.Generator().manual_seed(0)
    torch.set_num_threads(1)  # forked processes cannot use the threads of this one
    cells = make_cells(120, image_size=32, labels=4, random_state=0)
    start = time.perf_counter()
    expected = model_of().fit(cells.data, cells.target)
    duration = time.perf_counter() - start
    n_done = n_writes = n_equal = n_trainings = 0
    while n_done < n_kills:
        with tempfile.TemporaryDirectory() as folder:
            for number in range(KILLS_OF_ONE):
                slow = number % 2 == 1
                length = duration + slow * 10 * SLOW
                # all of them together seldom outlast the training
                after = torch.rand(1, generator=rng).item() * length / KILLS_OF_ONE
                if not train_and_kill(folder, cells, after, slow):
                    break
                n_done += 1
                n_writes += len(list(Path(folder).glob("*.part")))
            model = model_of(folder).fit(cells.data, cells.target)
            n_equal += equal(model, expected)
            n_trainings += 1
    print(
        f"{n_done} processes killed, {n_writes} of them amid a write; "
        f"{n_equal} of {n_trainings} trainings equal to the undisturbed one."
    )


SECTIONS = {"kills": kills, "files": files, "workers": workers, "inputs": inputs}


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("section", nargs="?", choices=SECTIONS)
    chosen = parser.parse_args().section
    for name, run in SECTIONS.items():
        if chosen in (None, name):
            run()


if __name__ == "__main__":
    main()
