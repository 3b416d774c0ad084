"""A researcher's own rules: a Python file whose functions take the place of `empowersim.rules`'.

What the file leaves alone stays as it is, but meets the new rules: if `choice` is replaced,
`autonomy_after` chooses by the new one, in both engines. Seen from the file itself,
`empowersim.rules` always means the original. Rivals (`empowersim.rivals`) are such files, too,
which the package has and which are selected by name.
"""

from __future__ import annotations

import difflib
import hashlib
import importlib
import importlib.util
import inspect
import os
import re
import sys
import sysconfig
from collections.abc import Iterable, Iterator
from contextlib import redirect_stdout
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import CodeType, FunctionType, ModuleType
from typing import Any, NamedTuple

import numpy as np

from empowersim import rules
from empowersim.declaration import MOST_SAID, shown, unknown_name
from empowersim.errors import ExperimentError
from empowersim.rivals import RIVALS
from empowersim.rule_trial import try_rules
from empowersim.store import is_file

RULES: dict[str, FunctionType] = {
    name: each
    for name, each in vars(rules).items()
    if isinstance(each, FunctionType) and each.__module__ == rules.__name__
}
"""The rules that can be replaced, by name."""

_INSTALLED = tuple(
    str(Path(sysconfig.get_path(kind))) + os.sep for kind in ("stdlib", "purelib", "platlib")
)
_STANDARD = str(Path(sysconfig.get_path("stdlib"))) + os.sep
_PACKAGE = str(Path(__file__).parent) + os.sep


# --- Python files of a researcher -------------------------------------------------------------


class NoSuchModuleError(ExperimentError):
    """A name that no module has, nor a file in this folder."""


class Source(NamedTuple):
    """A Python file as it was read: what is run is this text, whatever becomes of the file."""

    name: str  # as it was given
    path: str
    package: str  # that its relative imports start from; "" if none
    text: str

    @property
    def label(self) -> str:
        """The file's name, for messages."""
        return Path(self.path).name


def find_source(where: str | Path) -> Source:
    """The Python file of an importable module ("my_rules"), or at a path ("path/to/my_rules.py").

    A module that is not on Python's path is looked for in the current folder, too.

    Raises:
        ExperimentError: there is no such file, or it cannot be read.
    """
    path, package = _located(where)
    try:
        text = importlib.util.decode_source(path.read_bytes())
    except (OSError, SyntaxError, UnicodeError) as error:
        raise ExperimentError(f"cannot read {path}: {_in_one_line(error)}") from None
    return Source(str(where), str(path.resolve()), package, text)


def is_path(where: object) -> bool:
    """Whether this means a file rather than a module's name."""
    return isinstance(where, Path) or (
        isinstance(where, str) and (where.endswith(".py") or "/" in where or os.sep in where)
    )


def _located(where: object) -> tuple[Path, str]:
    """The file, and the package that it belongs to."""
    if is_path(where):
        path = Path(str(where))
        if not is_file(path):
            raise ExperimentError(
                f"there is no file {shown(where, str)}; give the path of a Python file"
            )
        return _python_file(path), ""
    if isinstance(where, str) and "." in where and is_file(where):
        return _python_file(Path(where)), ""
    if not isinstance(where, str) or not all(part.isidentifier() for part in where.split(".")):
        raise NoSuchModuleError(
            f"{shown(where)} is neither a module (my_rules) nor a file (path/to/my_rules.py)"
        )
    importlib.invalidate_caches()  # the file may be a second old
    try:
        spec = importlib.util.find_spec(where)
    except (ImportError, ValueError):  # of the package that it would be in
        spec = None
    # Python's own modules have no rules; a file of ours may be called like one of them.
    is_own = spec and spec.origin and not _is_standard(spec.origin)
    if spec and is_own and str(spec.origin).endswith(".py"):
        return Path(str(spec.origin)), spec.parent or ""
    here = Path(*where.split(".")).with_suffix(".py")
    if is_file(here):
        return here, ""
    raise NoSuchModuleError(
        f"no module is called {shown(where)}, on Python's path or in this folder; give the file"
        f" instead: path/to/{where.rpartition('.')[2]}.py"
    )


def _python_file(path: Path) -> Path:
    if path.suffix != ".py":
        raise ExperimentError(f"{path} is no Python file; give one, whose name ends in .py")
    return path


def _is_standard(file: str) -> bool:
    return file.startswith(_STANDARD) and not file.startswith(_INSTALLED[1:])


def execute(source: Source, name: str) -> ModuleType:
    """A file's text as a module called `name`, from now on importable under it.

    Raises:
        ExperimentError: the text is not Python, or fails.
    """
    module = ModuleType(name)
    module.__file__ = source.path
    module.__package__ = source.package
    sys.modules[name] = module  # dataclasses and compiled functions look their module up
    try:
        with redirect_stdout(sys.stderr):  # what a file prints is no output of ours
            exec(compile(source.text, source.path, "exec"), vars(module))  # noqa: S102 (asked to)
    except (Exception, SystemExit) as error:
        del sys.modules[name]
        raise ExperimentError(
            f"{source.label}{_line_of(error, source.path)} fails: {_in_one_line(error)}"
        ) from None
    return module


def _in_one_line(error: BaseException) -> str:
    message = error.msg if isinstance(error, SyntaxError) else error
    return f"{type(error).__name__}: {shown(message, str, most=MOST_SAID)}"


def _line_of(error: BaseException, path: str) -> str:
    """Where in the file it happened, as ", line 3"."""
    line = error.lineno if isinstance(error, SyntaxError) and error.filename == path else None
    at = error.__traceback__
    while at:
        line = at.tb_lineno if at.tb_frame.f_code.co_filename == path else line
        at = at.tb_next
    return f", line {line}" if line else ""


# --- Rules ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class RuleSet:
    """All rules, some of them a researcher's own; for both engines.

    Sets are equal if their hashes are. Pickled, a set takes its file's text along: a worker runs
    the same text, whatever became of the file.

    Attributes:
        name: the rival, module or file, as it was given.
        source_hash: of the file's text and of the constants that its functions use.
        replaced: the names of the rules replaced.
        functions: every rule by its name, as `empowersim.rules` has them.
    """

    name: str = field(compare=False)
    source_hash: str
    replaced: tuple[str, ...] = field(compare=False)
    functions: ModuleType = field(compare=False, repr=False)
    source: Source = field(compare=False, repr=False)

    def __reduce__(self) -> tuple[Any, ...]:
        return _unpickled, (self.source, self.source_hash)

    def own_functions(self) -> list[FunctionType]:
        """What kernels may call: every rule of this set, and the file's other functions."""
        rules_by_name = vars(self.functions)
        files = [rules_by_name[name].__globals__ for name in self.replaced]
        around = [each for file in files for each in _functions_in(file)]
        return list(dict.fromkeys([*(rules_by_name[name] for name in RULES), *around]))


_known: dict[str, RuleSet] = {}
"""Sets by their hash: functions are made once, and so compiled once."""


def rules_from(name_or_path: str | Path) -> RuleSet:
    """The rules with those in place that a rival, a module or a file ("my_rules.py") replaces.

    A rival's name ("logit"; all are in `empowersim.rivals.RIVALS`) comes before a module's. The
    file is read anew each time.

    Raises:
        ExperimentError: there is no such rival, module or file, it fails, it replaces nothing, or
            it has a function that is no rule, that takes other arguments than the rule, or that
            returns what the rule cannot return.
    """
    if isinstance(name_or_path, str) and name_or_path in RIVALS:
        return _built(find_source(RIVALS[name_or_path])._replace(name=name_or_path))
    try:
        source = find_source(name_or_path)
    except NoSuchModuleError:
        where = f"rivals: {', '.join(RIVALS)}; or give a module or a file: path/to/my_rules.py"
        raise ExperimentError(unknown_name("set of rules", name_or_path, RIVALS, where)) from None
    found = _built(source)
    try_rules(found.replaced, {name: vars(found.functions)[name] for name in RULES}, source.label)
    return found


def _unpickled(source: Source, source_hash: str) -> RuleSet:
    built = _built(source)
    if built.source_hash != source_hash:
        raise ExperimentError(
            f"what {source.label} imports is not the same here as where the run was asked for;"
            " bring both to the same state"
        )
    return built


def _built(source: Source) -> RuleSet:
    text_hash = hashlib.sha256(source.text.encode("utf-8", "surrogatepass")).hexdigest()[:16]
    module = execute(source, f"empowersim_own_file_{text_hash}")
    own = _replacements(source, module)
    source_hash = _hash_of(source, [*own.values(), *_functions_in(vars(module))])
    if source_hash in _known:
        return replace(_known[source_hash], name=source.name, source=source)
    # Machine code is told apart by the names of modules and functions: they carry the hash.
    _rename(module, f"empowersim_own_file_{source_hash}")
    functions = ModuleType(f"empowersim_rules_{source_hash}", rules.__doc__)
    vars(functions).update(
        {name: each for name, each in vars(rules).items() if not name.startswith("__")}
    )
    for name, rule in RULES.items():
        again = FunctionType(rule.__code__, vars(functions), name, rule.__defaults__)
        again.__doc__ = rule.__doc__
        again.__annotations__ = rule.__annotations__
        vars(functions)[name] = own.get(name, again)
    sys.modules[functions.__name__] = functions
    made = RuleSet(source.name, source_hash, tuple(own), functions, source)
    return _known.setdefault(source_hash, made)


def _rename(module: ModuleType, name: str) -> None:
    del sys.modules[module.__name__]
    for function in _functions_in(vars(module)):
        function.__module__ = name
    module.__name__ = name
    sys.modules[name] = module


def _functions_in(namespace: dict[str, Any]) -> list[FunctionType]:
    """The functions that a file defines itself, whatever they are called."""
    return [
        each
        for each in namespace.values()
        if isinstance(each, FunctionType) and each.__globals__ is namespace
    ]


def _replacements(source: Source, module: ModuleType) -> dict[str, FunctionType]:
    """The rules that a file replaces, checked."""
    own: dict[str, FunctionType] = {}
    strangers: list[str] = []
    for name, each in vars(module).items():
        is_function = isinstance(each, FunctionType)
        if name.startswith("_") or getattr(each, "__module__", "") == rules.__name__:
            continue
        if name in RULES:
            if not is_function:
                raise ExperimentError(
                    f"{name} in {source.label} is not a plain function; write"
                    f" def {name}({', '.join(_arguments(RULES[name]))}), without a decorator"
                )
            _check_arguments(name, each, source)
            own[name] = each
        elif is_function and each.__globals__ is vars(module):
            strangers.append(name)
    # A file without any rule is no set of rules: its functions are not rules with wrong names.
    for name in strangers:
        if own or difflib.get_close_matches(name, RULES, n=1):
            where = f"{source.label}; begin a helper's name with _"
            raise ExperimentError(unknown_name("rule", name, RULES, where))
    for function in _functions_in(vars(module)):
        _check_luck(function, source)
        _check_silence(function, source)
    if not own:
        raise ExperimentError(
            f"{source.label} replaces no rule; write a function with the name of one in"
            " empowersim.rules, such as responsibility_after"
        )
    return own


def _arguments(function: FunctionType) -> list[str]:
    return [str(each).partition(":")[0] for each in inspect.signature(function).parameters.values()]


def _check_arguments(name: str, function: FunctionType, source: Source) -> None:
    """Refuse other arguments than the rule's, or another order: engines pass them by position."""
    wanted, given = _arguments(RULES[name]), _arguments(function)
    if given != wanted:
        raise ExperimentError(
            f"{name} in {source.label} takes ({shown(', '.join(given), str)}); the rule takes"
            f" ({', '.join(wanted)}), with these names in this order"
        )


def _check_luck(function: FunctionType, source: Source) -> None:
    """Refuse draws of a rule's own: no seed would repeat them."""
    for name, value in _values_used(function):
        home = getattr(value, "__module__", None) or getattr(value, "__name__", "")
        if str(home).removeprefix("numpy.").partition(".")[0] in ("random", "secrets"):
            raise ExperimentError(
                f"{function.__name__} in {source.label} draws luck of its own ({name}), which no"
                " seed repeats; rules get their luck as an argument, such as that of happens"
            )


def _check_silence(function: FunctionType, source: Source) -> None:
    """Refuse what would be printed once a person and week, among what the program itself says."""
    if "print" in _names(function.__code__) and "print" not in function.__globals__:
        raise ExperimentError(
            f"{function.__name__} in {source.label} prints; a rule only returns a number"
        )


# --- What the code depends on -----------------------------------------------------------------


def _hash_of(source: Source, functions: Iterable[FunctionType]) -> str:
    """A short hash of the text and of what its functions take from elsewhere.

    A compiler freezes constants: one that is imported, or read from a file, counts by its value.
    """
    digest = hashlib.sha256(source.text.encode("utf-8", "surrogatepass"))
    for text in sorted(set(_taken_from_elsewhere(source, functions))):
        digest.update(text.encode("utf-8", "surrogatepass") + b"\0")
    return digest.hexdigest()[:16]


def _taken_from_elsewhere(source: Source, functions: Iterable[FunctionType]) -> Iterator[str]:
    waiting, seen = list(functions), set[int]()
    while waiting:
        function = waiting.pop()
        if id(function) in seen:
            continue
        seen.add(id(function))
        where = function.__code__.co_filename
        is_elsewhere = where != source.path  # a rival's file is not, though the package has it
        if is_elsewhere and where.startswith((*_INSTALLED, _PACKAGE)):
            continue
        if is_elsewhere:
            yield f"{function.__qualname__} {list(_marks(function.__code__))}"
        for name, value in _values_used(function):
            value = getattr(value, "py_func", value)
            if isinstance(value, FunctionType):
                waiting.append(value)
            elif not (isinstance(value, ModuleType | type) or callable(value)):
                yield f"{name} {_in_words(value)}"


def _values_used(function: FunctionType) -> Iterator[tuple[str, Any]]:
    """Everything that a function takes from its module, from other modules, or from around it."""
    names = set(_names(function.__code__))
    for name in sorted(names & function.__globals__.keys()):
        value = function.__globals__[name]
        yield name, value
        if isinstance(value, ModuleType):
            used = (each for each in sorted(names) if hasattr(value, each))
            yield from ((f"{name}.{each}", getattr(value, each)) for each in used)
    around = [cell.cell_contents for cell in function.__closure__ or ()]
    yield from ((function.__name__, each) for each in (*around, *(function.__defaults__ or ())))


def _codes(code: CodeType) -> Iterator[CodeType]:
    """A function's code and that of the functions within it."""
    yield code
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _codes(constant)


def _names(code: CodeType) -> Iterator[str]:
    for each in _codes(code):
        yield from each.co_names


def _marks(code: CodeType) -> Iterator[Any]:
    """What tells one code from another."""
    for each in _codes(code):
        constants = [what for what in each.co_consts if not isinstance(what, CodeType)]
        yield each.co_code, each.co_names, each.co_varnames, repr(constants)


def _in_words(value: object) -> str:
    """A value's text, the same in every process; of an array all its numbers."""
    if isinstance(value, np.ndarray):
        return f"{value.dtype} {value.shape} {value.tobytes().hex()}"
    return re.sub(r" at 0x[0-9a-fA-F]+", "", repr(value))
