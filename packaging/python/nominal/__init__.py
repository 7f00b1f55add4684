"""Results of nominal, a program for visual anomaly detection, and its runs."""
from .maps import AnomalyMap
from .programs import RunError, run, score
from .results import FormatError, Results, Score

__all__ = ["AnomalyMap", "FormatError", "Results", "RunError", "Score", "run", "score"]
