"""The rules that turn labels and probabilities into one threshold per label.

A rule is a pure function ``(y, p, *, ...) -> thresholds``: `y` are 0/1 values and `p`
probabilities, both of shape (n_samples, n_labels). By keyword it declares what else it
needs and ignores the rest. Labels without a positive sample must not make it fail;
what they get in the end is not its business. A new rule is a file here and a line in
`_by_name.py`.
"""
