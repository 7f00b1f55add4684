"""Masks as runs, for the scripts that write fixtures."""


def rows(mask):
    """Runs of zeros and ones in turn, along the rows."""
    runs, value = [0], 0
    for pixel in mask.ravel():
        if pixel != value:
            runs.append(0)
            value = pixel
        runs[-1] += 1
    return runs
