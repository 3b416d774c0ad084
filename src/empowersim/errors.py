"""The project's own exceptions: each says, for people, what is wrong and what to do."""


class EmpowerSimError(Exception):
    """Something the user can put right; the message names it, what is allowed, and the remedy."""


class ParameterError(EmpowerSimError, ValueError):
    """A parameter, lever, intervention or rollout that does not exist or is out of its range."""


class OrgChartError(EmpowerSimError, ValueError):
    """An org chart that cannot be read, or that is not one tree of reporting relations."""


class ScenarioError(EmpowerSimError, ValueError):
    """A scenario that does not exist or contradicts itself."""


class RunError(EmpowerSimError, ValueError):
    """A simulation asked for with arguments that make no run."""


class StoreError(EmpowerSimError, OSError):
    """A results folder or file that cannot be written or read."""


class ExperimentError(EmpowerSimError, ValueError):
    """An experiment file that says something it cannot mean; names the place in the file."""


class FolderLocked(EmpowerSimError):  # noqa: N818 (a state of the folder, not an error in it)
    """A results folder that another process is writing."""


class Mismatch(EmpowerSimError, ValueError):  # noqa: N818
    """A results folder made by another experiment, or by other code."""


class AnalysisError(EmpowerSimError, ValueError):
    """An analysis that the experiment's design does not allow."""
