"""Compare GapNet-PL on a whole large image in strips with one pass.

Run ``python benchmarks/whole_images.py``. Takes turns; every ratio is the median of the
ratios of the turns. Extra memory is the peak of resident memory while predicting above
that just before. A real field of view is read from the folder in PROTLOC_DATA
(``../shared/data`` if not set), else synthetic cells are drawn. Linux only.
"""

import argparse
import ctypes
import time
from pathlib import Path

import numpy as np
import psutil
import torch
from real_data import DATA

from sklearn_protloc.datasets import load_hpa, make_cells
from sklearn_protloc.networks import GapNetPL


def field_of_view(side):
    """Return one image, shape (1, 4, side, side), standardised."""
    data = DATA / "hpa_fullres"
    if data.is_dir():
        print(f"a real field of view, 4 x {side} x {side}")
        labels, images = data / "labels.csv", data / "images"
        X = np.asarray(load_hpa(labels, images, image_size=side).data[:1])
    else:
        print(f"synthetic cells, 4 x {side} x {side}")
        X = make_cells(1, image_size=side, cells_per_image=25, random_state=0).data
    images = torch.from_numpy(X).float().to(memory_format=torch.channels_last)
    std, mean = torch.std_mean(images, dim=(2, 3), keepdim=True)
    return (images - mean) / std


def in_one_pass(network, images):
    """Compute logits with the maps of a block in memory at once."""
    features, averages = network.features, []
    for block in (features.block_a, features.block_b, features.block_c):
        images = block(images)
        averages.append(images.mean(dim=(2, 3)))
    return network.head(torch.cat(averages, dim=1))


def measure(predict, network, images):
    """Return logits, seconds and the bytes that were needed on the way."""
    ctypes.CDLL("libc.so.6").malloc_trim(0)  # give back what the turn before left
    Path("/proc/self/clear_refs").write_text("5")  # forget the peak so far
    before = psutil.Process().memory_info().rss
    start = time.perf_counter()
    logits = predict(network, images)
    seconds = time.perf_counter() - start
    status = Path("/proc/self/status").read_text()
    peak = int(status.split("VmHWM:")[1].split()[0]) * 1024
    return logits, seconds, peak - before


def main():
    """Print how strips compare with one pass."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--side", type=int, default=2048)
    parser.add_argument("--turns", type=int, default=11)
    parser.add_argument("--threads", type=int, default=1)
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    torch.manual_seed(0)
    network = GapNetPL(4, 13).eval().to(memory_format=torch.channels_last)
    images = field_of_view(args.side)
    seconds, extra, differences = [], [], []
    with torch.inference_mode():
        for _ in range(args.turns + 1):
            whole = measure(in_one_pass, network, images)
            strips = measure(GapNetPL.forward, network, images)
            seconds.append((whole[1], strips[1]))
            extra.append((whole[2], strips[2]))
            differences.append((whole[0] - strips[0]).abs().max().item())
    seconds, extra = np.array(seconds[1:]), np.array(extra[1:])
    time_ratio = np.median(seconds[:, 1] / seconds[:, 0])
    memory_ratio = np.median(extra[:, 1] / extra[:, 0])
    print(f"one pass needs        {np.median(extra[:, 0]) / 2**20:8.0f} MiB more")
    print(f"strips need           {np.median(extra[:, 1]) / 2**20:8.0f} MiB more")
    print(f"strips / one pass     {time_ratio:8.3f} of the time    (goal: 0.75)")
    print(f"strips / one pass     {memory_ratio:8.3f} of the memory  (goal: 0.5)")
    print(f"largest difference    {max(differences):8.1e} of a logit  (goal: 1e-6)")


if __name__ == "__main__":
    main()
