"""Figures: legible on a projector, safe for colour-blind eyes, labelled in words.

Every function returns a matplotlib Figure and draws no window. Titles and labels of axes are
arguments. `labels` maps names of factors, regimes and cases to what is shown, and replaces words of
`WORDS`; its key "decimal mark" is the sign before decimals.
"""

from empowersim.plots.bars import comparisons, discovery, morris_screening, sobol_indices
from empowersim.plots.curves import hysteresis, response_curves
from empowersim.plots.maps import regime_map, robust_choice, share_maps
from empowersim.plots.style import STYLES, WORDS, save

__all__ = [
    "STYLES",
    "WORDS",
    "comparisons",
    "discovery",
    "hysteresis",
    "morris_screening",
    "regime_map",
    "response_curves",
    "robust_choice",
    "save",
    "share_maps",
    "sobol_indices",
]
