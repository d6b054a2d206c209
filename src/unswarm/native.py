"""Loops compiled once for this machine, and loaded without the compiler.

A function decorated with `native` reads like Python and is compiled to machine code by numba when
it is first called on a machine: a second or two each. The code is kept as an object file beside
the module (or in the user's cache), and from then on it is loaded by llvmlite in milliseconds:
importing numba, and having it recognise what it compiled, takes most of a second.

The signature is read from the annotations: `int`, `float`, `bool`, the arrays of `unswarm.arrays`,
and named tuples of these; results are numbers or nothing. A native function may call others marked
`inner`, which exist inside compiled code only. It must not make arrays, nor assign to slices of
them (which may need one): whoever calls it brings all it writes to. Indices are not checked.
"""

from __future__ import annotations

import ctypes
import hashlib
import inspect
import os
import re
import sys
import types
from collections.abc import Callable, Iterable, Iterator
from functools import cache, cached_property
from importlib.metadata import version
from pathlib import Path
from typing import Any, Generic, ParamSpec, TypeVar, cast

import numpy as np

from unswarm.progress import Progress, silent

Given = ParamSpec("Given")
Result = TypeVar("Result")
Function = TypeVar("Function", bound=Callable[..., Any])

ARRAYS = {
    "Bytes": (np.uint8, 1),
    "Ints": (np.int64, 1),
    "Small": (np.int32, 1),
    "Marks": (np.uint32, 1),
    "Floats": (np.float64, 1),
    "Flags": (np.bool_, 1),
    "SmallTable": (np.int32, 2),
    "IntsTable": (np.int64, 2),
    "FloatsTable": (np.float64, 2),
}
NUMBERS = {"int": ctypes.c_int64, "float": ctypes.c_double, "bool": ctypes.c_bool, "None": None}
# What compiled code would call to raise, or to free arrays made inside. It does neither.
NEVER_CALLED = (
    "NRT_Free",
    "NRT_MemInfo_call_dtor",
    "numba_do_raise",
    "numba_gil_ensure",
    "numba_gil_release",
    "numba_runtime_build_excinfo_struct",
    "numba_unpickle",
)
MAKES_ARRAYS = re.compile(r"@NRT_(Allocate|MemInfo_(alloc|new))")
FORMAT = 1  # of the kept files

_inner: dict[str, dict[str, Callable[..., Any]]] = {}


def inner(function: Function) -> Function:
    """Mark a function that native ones of its module call; it is compiled into them."""
    _inner.setdefault(function.__module__, {})[function.__name__] = function
    return function


def native(function: Callable[Given, Result]) -> Callable[Given, Result]:
    """Compile a function when it is first called, unless that was done before."""
    return cast("Callable[Given, Result]", Native(function))


def prepare(functions: Iterable[Callable[..., Any]], progress: Progress = silent) -> None:
    """Compile those of some native functions that never were on this machine."""
    missing = [f for f in functions if isinstance(f, Native) and not f.is_ready]
    for number, function in enumerate(missing):
        progress("compiling loops, once on this machine", number, len(missing))
        function.load()


class Native(Generic[Given, Result]):
    """A function in machine code."""

    def __init__(self, function: Callable[Given, Result]) -> None:
        self.function = function
        self.__doc__, self.__name__ = function.__doc__, function.__name__
        self.__module__ = function.__module__
        self.__wrapped__ = function
        self._alive: Any = None

    def __call__(self, *given: Given.args, **named: Given.kwargs) -> Result:
        """Call it; arrays of another type than the annotations say are refused.

        Raises:
            TypeError: an array has another type, or does not lie in one piece.
        """
        values = inspect.signature(self.function).bind(*given, **named).args if named else given
        flat: list[Any] = []
        for kind, value in zip(self._kinds, values, strict=True):
            kind.flatten(value, flat)
        return cast("Result", self._code(*flat))

    def load(self) -> None:
        """Have its code in memory."""
        _ = self._code

    @property
    def is_ready(self) -> bool:
        """Whether it was compiled before."""
        return any(path.exists() for path in self._places)

    @cached_property
    def _kinds(self) -> list[Kind]:
        said = inspect.get_annotations(self.function)
        return [kind_of(text, self._module) for name, text in said.items() if name != "return"]

    @property
    def _module(self) -> dict[str, Any]:
        return vars(sys.modules[self.__module__])

    @cached_property
    def _code(self) -> Callable[..., Any]:
        result = NUMBERS[inspect.get_annotations(self.function)["return"]]
        flat = [part for kind in self._kinds for part in kind.parts()]
        kept = _linker().address(self.__name__, self._object())
        return ctypes.CFUNCTYPE(result, *flat)(kept or self._by_numba())

    def _by_numba(self) -> int:
        """Where the code lies that numba itself has just linked, if its file can not be."""
        self._alive = _made(self)
        return int(self._alive.address)

    def _object(self) -> bytes:
        for path in self._places:
            if path.exists():
                return path.read_bytes()
        made = _compiled(self)
        for path in self._places:
            if _kept(path, made):
                break
        return made

    @cached_property
    def _places(self) -> list[Path]:
        """Where its code may lie, best first."""
        source = Path(inspect.getfile(self.function))
        told = [self.entry(), self._constants(), version("numba"), _machine()]
        known = [source.read_bytes(), Path(__file__).read_bytes(), *map(str.encode, told)]
        digest = hashlib.sha256(b"\0".join(known)).hexdigest()[:16]
        name = f"{self.__name__}-{digest}.o"
        home = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
        return [source.parent / "__pycache__" / name, Path(home) / "unswarm" / "native" / name]

    def _constants(self) -> str:
        """The numbers and texts that its module sees, also those of other modules."""
        plain = (int, float, str, np.generic)
        seen = {n: v for n, v in self._module.items() if isinstance(v, plain) and n[:2] != "__"}
        return repr(sorted((name, repr(value)) for name, value in seen.items()))

    def entry(self) -> str:
        """The text of a function of pointers and numbers that calls this one."""
        names, values = [], []
        for place, kind in enumerate(self._kinds):
            value, parts = kind.rebuilt(f"v{place}")
            names += parts
            values.append(value)
        return f"def entry({', '.join(names)}):\n    return function({', '.join(values)})\n"


def _kept(path: Path, code: bytes) -> bool:
    """Whether the file could be written; other processes never see half of it."""
    aside = path.with_name(f"{path.name}.{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        aside.write_bytes(code)
        aside.replace(path)
    except OSError:
        return False
    return True


# --- what is handed over


class Kind:
    """How a value of one annotation is handed to machine code."""

    def flatten(self, value: Any, flat: list[Any]) -> None:
        """Append what is handed over."""
        flat.append(value)

    def parts(self) -> Iterator[Any]:
        """Its types, as ctypes knows them."""
        raise NotImplementedError

    def rebuilt(self, name: str) -> tuple[str, list[str]]:
        """An expression for the value, and the arguments that it is built from."""
        return name, [name]


class Number(Kind):
    """A whole number, a float or a truth value."""

    def __init__(self, kind: Any) -> None:
        self._kind = kind

    def parts(self) -> Iterator[Any]:
        """One."""
        yield self._kind


class Array(Kind):
    """A pointer and a length for each dimension."""

    def __init__(self, dtype: Any, dimensions: int) -> None:
        self._dtype, self._dimensions = np.dtype(dtype), dimensions

    def flatten(self, value: Any, flat: list[Any]) -> None:
        """Refuse what machine code would misread."""
        right = value.dtype == self._dtype and value.ndim == self._dimensions
        if not (right and value.flags.c_contiguous):
            raise TypeError(
                f"{value.dtype} in {value.ndim} dimensions is not one piece of {self._dtype} "
                f"in {self._dimensions}"
            )
        flat.append(value.ctypes.data)
        flat.extend(value.shape)

    def parts(self) -> Iterator[Any]:
        """Pointer, lengths."""
        yield ctypes.c_void_p
        yield from [ctypes.c_int64] * self._dimensions

    @property
    def name(self) -> str:
        """Of its items' type."""
        return str(self._dtype.name)

    def rebuilt(self, name: str) -> tuple[str, list[str]]:
        """An array on the pointer."""
        lengths = [f"{name}_{n}" for n in range(self._dimensions)]
        return f"carray({name}, ({', '.join(lengths)},))", [name, *lengths]


class Tuple(Kind):
    """A named tuple: its fields, one by one."""

    def __init__(self, name: str, fields: list[Kind]) -> None:
        self._name, self._fields = name, fields

    def flatten(self, value: Any, flat: list[Any]) -> None:
        """Each field."""
        for kind, field in zip(self._fields, value, strict=True):
            kind.flatten(field, flat)

    def parts(self) -> Iterator[Any]:
        """Those of the fields."""
        for kind in self._fields:
            yield from kind.parts()

    def rebuilt(self, name: str) -> tuple[str, list[str]]:
        """The tuple, of its fields."""
        values, names = [], []
        for place, kind in enumerate(self._fields):
            value, parts = kind.rebuilt(f"{name}_{place}f")
            values.append(value)
            names += parts
        return f"{self._name}({', '.join(values)})", names


def kind_of(text: str, module: dict[str, Any]) -> Kind:
    """What an annotation says.

    Raises:
        TypeError: nothing that machine code understands.
    """
    if text in NUMBERS:
        return Number(NUMBERS[text])
    if text in ARRAYS:
        return Array(*ARRAYS[text])
    found: Any = module.get(text)
    if not hasattr(found, "_fields"):
        raise TypeError(f"'{text}' can not be handed to a native function")
    said = inspect.get_annotations(found).values()
    fields = [kind_of(str(getattr(field, "__forward_arg__", field)), module) for field in said]
    return Tuple(text, fields)


# --- compiling


def _compiled(function: Native[Any, Any]) -> bytes:
    """The object file of a function."""
    from llvmlite import binding as llvm

    made = _made(function)
    text = made.inspect_llvm().replace(made.native_name, function.__name__)
    if MAKES_ARRAYS.search(text):
        raise TypeError(f"{function.__name__} makes an array, or assigns to a slice of one")
    return bytes(_target(llvm).emit_object(llvm.parse_assembly(text)))


def _made(function: Native[Any, Any]) -> Any:
    """The function as numba's C callback; the only place that imports numba."""
    from numba import carray, cfunc, njit  # type: ignore[attr-defined]
    from numba import types as kinds

    module = dict(function._module)
    module |= {"carray": carray}
    for name, plain in _inner.get(function.__module__, {}).items():
        module[name] = njit(error_model="numpy")(_moved(plain, module))
    module["function"] = njit(error_model="numpy")(_moved(function.function, module))
    exec(compile(function.entry(), f"<entry of {function.__name__}>", "exec"), module)
    flat = [_numba_type(kind, kinds) for kind in function._kinds]
    result = {ctypes.c_int64: kinds.int64, ctypes.c_double: kinds.float64}
    said = NUMBERS[inspect.get_annotations(function.function)["return"]]
    back = kinds.void if said is None else result.get(said, kinds.boolean)
    return cfunc(back(*(part for parts in flat for part in parts)))(module["entry"])


def _moved(function: Callable[..., Any], module: dict[str, Any]) -> types.FunctionType:
    """The same function in another module."""
    plain = cast("types.FunctionType", function)
    return types.FunctionType(plain.__code__, module, plain.__name__, plain.__defaults__)


def _numba_type(kind: Kind, kinds: Any) -> list[Any]:
    if isinstance(kind, Tuple):
        return [part for field in kind._fields for part in _numba_type(field, kinds)]
    if isinstance(kind, Array):
        item = kinds.boolean if kind.name == "bool" else getattr(kinds, kind.name)
        return [kinds.CPointer(item)] + [kinds.int64] * kind._dimensions
    (part,) = kind.parts()
    return [{ctypes.c_int64: kinds.int64, ctypes.c_double: kinds.float64}.get(part, kinds.boolean)]


# --- loading


class Linker:
    """Object files linked into this process."""

    def __init__(self) -> None:
        from llvmlite import binding as llvm

        self._llvm = llvm
        for name in NEVER_CALLED:
            if llvm.address_of_symbol(name) is None:
                llvm.add_symbol(name, ctypes.cast(ctypes.CDLL(None).abort, ctypes.c_void_p).value)
        self._engines: list[Any] = []

    def address(self, name: str, code: bytes) -> int:
        """Where the function of an object file lies."""
        llvm = self._llvm
        engine = llvm.create_mcjit_compiler(llvm.parse_assembly(""), _target(llvm))
        engine.add_object_file(llvm.object_file.ObjectFileRef.from_data(code))
        engine.finalize_object()
        self._engines.append(engine)  # its code goes when it goes
        return int(engine.get_function_address(name))


@cache
def _linker() -> Linker:
    return Linker()


def _target(llvm: Any) -> Any:
    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    return llvm.Target.from_default_triple().create_target_machine(
        cpu=llvm.get_host_cpu_name(),
        features=llvm.get_host_cpu_features().flatten(),
        opt=3,
        reloc="default",
        codemodel="jitdefault",
        jit=True,
    )


@cache
def _machine() -> str:
    from llvmlite import binding as llvm

    features = llvm.get_host_cpu_features().flatten()
    return f"{llvm.get_default_triple()} {llvm.get_host_cpu_name()} {features} {FORMAT}"
