"""From tables to answers, each with its interval: curves, indices, maps, comparisons.

Everything here is a function of two tables. The design has a row a point (`point`, `case`,
`org_chart`, a column a factor); the results have a row a run, or a run and week (`point`,
`replicate`, `week`, a column a measure). Of weekly results the last week counts, except where the
course over the weeks is the question (`hysteresis`). A run that is missing or has no value (NaN) is
left out.

Points share their replicates' luck, so intervals come from a bootstrap that draws whole replicates.
Where points do not share it (`shared_luck=False`), or have different replicates because they
stopped at different times or runs failed, each point's replicates are drawn on their own.
"""

from empowersim.analysis.bootstrap import CONFIDENCE, RESAMPLES, Estimate
from empowersim.analysis.comparisons import Comparison, compare, comparisons
from empowersim.analysis.curves import (
    SPREAD,
    ResponseCurve,
    regimes_in_words,
    response_curve,
    response_curves,
    shape_in_words,
    tipping_points,
)
from empowersim.analysis.discovery import Box, discover
from empowersim.analysis.loops import Hysteresis, hysteresis
from empowersim.analysis.maps import regime_map
from empowersim.analysis.precision import half_width, replicates_needed, stopping_coverage
from empowersim.analysis.robustness import RobustChoice, robust_choice
from empowersim.analysis.sensitivity import ishigami_coverage, morris_screening, sobol_indices

__all__ = [
    "CONFIDENCE",
    "RESAMPLES",
    "SPREAD",
    "Box",
    "Comparison",
    "Estimate",
    "Hysteresis",
    "ResponseCurve",
    "RobustChoice",
    "compare",
    "comparisons",
    "discover",
    "half_width",
    "hysteresis",
    "ishigami_coverage",
    "morris_screening",
    "regime_map",
    "regimes_in_words",
    "replicates_needed",
    "response_curve",
    "response_curves",
    "robust_choice",
    "shape_in_words",
    "sobol_indices",
    "stopping_coverage",
    "tipping_points",
]
