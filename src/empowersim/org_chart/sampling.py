"""The sample chart: an invented organisation to try things on."""

from importlib.resources import as_file, files

from empowersim.org_chart.hierarchy import Chart
from empowersim.org_chart.reading import load


def sample() -> Chart:
    """An invented maker of measuring instruments, as a chart read from a CSV file."""
    with as_file(files(__package__) / "samples" / "boreal_instruments.csv") as path:
        return load(path)
