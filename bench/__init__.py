"""Measures the program against its peers, as ratios within one run."""
