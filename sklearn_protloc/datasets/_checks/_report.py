"""What a check of images found, in tables and in words."""

import numpy as np
import pandas as pd
from sklearn.utils import Bunch

_N_LINES = 10


class ImageReport(Bunch):
    """Result of `check_images`, which prints as a summary."""

    @classmethod
    def of(cls, findings, ids):
        """Return the report on findings, its data still to be added."""
        faults = _table_of(findings, ids)
        keep = np.ones(len(findings.groups), dtype=bool)
        keep[faults["sample"]] = False
        mask = np.zeros((len(keep), findings.n_channels), dtype=bool)
        masked = faults[faults["fault"] != "duplicate"]
        mask[masked["sample"], masked["channel"]] = True
        groups = faults.groupby("fault", sort=False)["sample"]
        counts = pd.DataFrame({"channels": groups.size(), "samples": groups.nunique()})
        return cls(
            faults=faults, counts=counts, keep=keep, mask=mask, groups=findings.groups
        )

    def __repr__(self):
        n_samples, n_faulty = len(self.keep), np.count_nonzero(~self.keep)
        if not n_faulty:
            return f"{n_samples} samples, none with a fault"
        counts = self.counts.reset_index().to_string(index=False)
        return f"{n_faulty} of {n_samples} samples have faults:\n{counts}"

    __str__ = __repr__


def _table_of(findings, ids):
    """Return a row per fault, by sample and channel."""
    rows = [
        (i, None if ids is None else ids[i], k, findings.file(i, k), fault, detail)
        for (i, k), faults in sorted(findings.faults.items())
        for fault, detail in faults
    ]
    columns = ["sample", "id", "channel", "file", "fault", "detail"]
    table = pd.DataFrame(rows, columns=columns, dtype=object)
    return table.astype({"sample": int, "channel": int})


def refusal(report, findings, advice):
    """Return the error that counts the faults, names the first and gives an advice."""
    lines = [
        f"{findings.name(row.sample, row.channel)}: {row.fault}: {row.detail}"
        for row in report.faults.head(_N_LINES).itertuples()
    ]
    if len(report.faults) > _N_LINES:
        lines.append(f"... and {len(report.faults) - _N_LINES} more.")
    return ValueError("\n".join([str(report), *lines, advice]))
