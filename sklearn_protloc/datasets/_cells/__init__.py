"""Synthetic cells: what is drawn, where, and how it is photographed."""
