"""The one module that knows numba: what is compiled, how, and where the machine code is kept."""

from __future__ import annotations

import hashlib
import inspect
import os
import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FunctionType, ModuleType
from typing import Any, cast

import numba
import numba.core.types as nb
import numpy as np
import platformdirs
from numba.core import cgutils
from numba.core.caching import FunctionCache
from numba.core.compiler import CompilerBase, DefaultPassBuilder
from numba.core.errors import NumbaError, UnsupportedBytecodeError
from numba.core.registry import cpu_target
from numba.core.typing.templates import AttributeTemplate
from numba.extending import (
    infer_getattr,
    intrinsic,
    lower_getattr_generic,
    models,
    register_jitable,
    register_model,
)
from numpy.typing import NDArray

from empowersim.parameters import DECLARATIONS, Parameters

LANES = 16
"""Runs that a kernel advances side by side: two of the widest SIMD registers of doubles."""

COMPILED_SOURCES = tuple(
    Path(__file__).with_name(f"{module}.py")
    for module in (
        *("compiled", "ensemble", "outcomes", "own_rules", "parameters"),
        *("random_streams", "rules"),
    )
)
"""The files that end up in machine code; an edit of any must compile anew."""

_ROWS = {name: row for row, name in enumerate(DECLARATIONS)}


# --- Kernels ----------------------------------------------------------------------------------


class NoAlias(CompilerBase):  # type: ignore[misc]
    """Numba's usual pipeline, with the promise that no two arrays of a call overlap.

    Without it LLVM must check every pair of arrays before it may use SIMD instructions, gives up,
    and the loop over lanes runs at a fifth of its speed.
    """

    def define_pipelines(self) -> list[Any]:
        """The default pipeline, after the flag is set."""
        self.state.flags.noalias = True
        return [DefaultPassBuilder.define_nopython_pipeline(self.state)]


def kernel[F: Callable[..., Any]](function: F, own_hash: str = "") -> F:
    """Compile a function that releases the GIL and whose arrays never overlap.

    `own_hash` keeps apart the machine code of functions that call other rules.
    """
    compiled: Any = numba.njit(nogil=True, error_model="numpy", pipeline_class=NoAlias)(function)
    with _cache_directory(own_hash) as directory:
        if directory is not None:
            compiled._cache = _ForgivingCache(function)
    kernel_as_typed: F = compiled
    return kernel_as_typed


def inlined[F: Callable[..., Any]](function: F) -> F:
    """A part of kernels, with a name of its own."""
    part: F = register_jitable(function)
    return part


def callable_from_kernels(functions: Iterable[FunctionType]) -> None:
    """Let kernels call functions, which stay plain Python for everyone else."""
    for function in functions:
        register_jitable(no_cpython_wrapper=True, no_cfunc_wrapper=True)(function)


def functions_of(module: ModuleType) -> list[FunctionType]:
    """The functions that a module defines."""
    return [
        each
        for each in vars(module).values()
        if isinstance(each, FunctionType) and each.__module__ == module.__name__
    ]


def with_rules[F: Callable[..., Any]](built: F, functions: ModuleType, own_hash: str) -> F:
    """The same kernel, calling other rules: those in `functions`, whose hash is `own_hash`."""
    original: Any = getattr(built, "py_func", built)
    again = FunctionType(
        original.__code__, original.__globals__ | {"rules": functions}, original.__name__
    )
    # The linker knows functions by their qualified names, and would take one for the other.
    again.__qualname__ = f"{original.__qualname__}_{own_hash}"
    again.__annotations__ = original.__annotations__
    return cast(F, kernel(again, own_hash))


# --- Rules that cannot be compiled ------------------------------------------------------------

CannotCompile = NumbaError, UnsupportedBytecodeError


def complaint(functions: ModuleType, name: str) -> str | None:
    """Why one of these rules cannot be compiled, in a line; None if it can."""
    try:
        returned = _returned(functions, name)
    except CannotCompile as error:
        return in_one_line(error)
    tuples = nb.BaseTuple  # type: ignore[attr-defined]
    has_terms = f"utility_of_{name}" in vars(functions)
    if isinstance(returned, tuples if has_terms else nb.Number | nb.Boolean):
        return None
    return f"it returns {returned}, not {'a tuple of terms' if has_terms else 'a number'}"


def _returned(functions: ModuleType, name: str) -> Any:
    """The type of what a rule returns; compiles it."""
    rule = vars(functions)[name]
    kinds = {"p": _PARAMETERS_IN_LANE}
    arguments = inspect.signature(rule).parameters
    if "t" in arguments:  # the terms that the rule of this utility makes
        kinds["t"] = _returned(functions, name.removeprefix("utility_of_"))
    signature = tuple(kinds.get(argument, nb.float64) for argument in arguments)
    return numba.njit(signature, error_model="numpy")(rule).nopython_signatures[0].return_type


def in_one_line(error: Exception) -> str:
    """What the compiler has to say first, without its colours and its advice."""
    plain = re.sub(r"\x1b\[[0-9;]*m", "", str(error))
    said = [line.strip() for line in plain.splitlines() if line.strip()]
    telling = [line for line in said if not line.startswith("Failed in")]
    return (
        (telling or said or [type(error).__name__])[0]
        .removesuffix(". Raised from None")
        .rstrip(".")
    )


# --- The cache of machine code ----------------------------------------------------------------


class _ForgivingCache(FunctionCache):  # type: ignore[misc]
    """Numba's cache, but a damaged file or a full disk costs a compilation, not the run."""

    def load_overload(self, signature: Any, target_context: Any) -> Any:
        """The machine code, or None if there is none that can be read."""
        try:
            return super().load_overload(signature, target_context)
        except Exception:  # what a damaged file makes of a pickle is anyone's guess
            with suppress(Exception):
                self.flush()
            return None

    def save_overload(self, signature: Any, data: Any) -> None:
        """Keep machine code, if it can be kept."""
        with suppress(Exception):
            super().save_overload(signature, data)


def source_hash() -> str:
    """A short hash of everything that the machine code depends on.

    Numba looks only at the file that holds a kernel, so an edit of a rule elsewhere would keep the
    old machine code; with this hash in the directory's name it cannot. Two processors that write to
    the same directory at once could swap their code: they have one each.
    """
    processor = cpu_target.target_context.codegen().magic_tuple()
    digest = hashlib.sha256(f"{numba.__version__} {LANES} {processor}".encode())
    for source in COMPILED_SOURCES:
        digest.update(source.read_bytes())
    return digest.hexdigest()[:16]


@contextmanager
def _cache_directory(own_hash: str) -> Iterator[Path | None]:
    """Point numba, for the kernels defined meanwhile, at our cache; None if none can be written."""
    base = os.environ.get("NUMBA_CACHE_DIR") or platformdirs.user_cache_dir("empowersim")
    name = f"{source_hash()}-{own_hash}" if own_hash else source_hash()
    directory: Path | None = Path(base, name)
    try:
        Path(base, name).mkdir(parents=True, exist_ok=True)
    except OSError:
        directory = None
    if directory is not None and not os.access(directory, os.W_OK):
        directory = None
    before = numba.config.CACHE_DIR
    numba.config.CACHE_DIR = str(directory or "")
    try:
        yield directory
    finally:
        numba.config.CACHE_DIR = before


# --- Parameters of one lane -------------------------------------------------------------------


class ParametersInLane(nb.Type):
    """What a rule sees as `p` in a kernel: one lane's column of the table of parameters."""

    def __init__(self) -> None:
        super().__init__(name="ParametersInLane")


_PARAMETERS_IN_LANE = ParametersInLane()


@register_model(ParametersInLane)
class _Model(models.StructModel):  # type: ignore[misc]
    def __init__(self, data_model_manager: Any, lane_type: ParametersInLane) -> None:
        numbers = nb.CPointer(nb.float64)  # type: ignore[attr-defined]
        members = [("numbers", numbers), ("lane", nb.intp)]
        super().__init__(data_model_manager, lane_type, members)


def _column(_context: Any, table: Any, lane: Any) -> Any:

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        struct = cgutils.create_struct_proxy(signature.return_type)(context, builder)
        struct.numbers = context.make_array(signature.args[0])(context, builder, args[0]).data
        struct.lane = context.cast(builder, args[1], signature.args[1], nb.intp)
        return struct._getvalue()

    return _PARAMETERS_IN_LANE(table, lane), generate


parameters_in_lane: Callable[[NDArray[np.float64], int], Parameters] = intrinsic(_column)
"""`p` for a rule in a kernel: the column `lane` of a C-ordered table (n_parameters, LANES)."""


@infer_getattr
class _AttributesOfLane(AttributeTemplate):  # type: ignore[misc]
    """Every parameter is an attribute, and a number."""

    key = ParametersInLane

    def generic_resolve(self, _lane_type: ParametersInLane, name: str) -> nb.Float | None:
        return nb.float64 if name in _ROWS else None


@lower_getattr_generic(ParametersInLane)  # type: ignore[untyped-decorator]
def _load_parameter(context: Any, builder: Any, lane_type: Any, value: Any, name: str) -> Any:
    """One load from the table, at the parameter's row and the lane's column."""
    struct = cgutils.create_struct_proxy(lane_type)(context, builder, value=value)
    row = context.get_constant(nb.intp, _ROWS[name] * LANES)
    return builder.load(builder.gep(struct.numbers, [builder.add(row, struct.lane)]))
