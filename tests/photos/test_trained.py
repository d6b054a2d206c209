"""The slot for a trained detector: what it refuses, what it computes, and what a score means."""

import hashlib
import json
import math
import os
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tomlkit
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import stats

from unswarm.errors import InputError, SettingsError
from unswarm.photos import trained
from unswarm.photos._external import INSIDE, external
from unswarm.photos.resample import resize
from unswarm.photos.trained import (
    EXAMPLE,
    Reference,
    Trained,
    around,
    open_trained,
    read_manifest,
    reference,
)

onnx = pytest.importorskip("onnx")
onnx_message = pytest.importorskip("google.protobuf.message")
pytest.importorskip("onnxruntime")

FLOAT, HALF, DOUBLE = onnx.TensorProto.FLOAT, onnx.TensorProto.FLOAT16, onnx.TensorProto.DOUBLE
RGB = [[0.5], [0.3], [0.2]]  # a logit from the means of the channels, in this order
EYES = ((90.0, 120.0), (150.0, 120.0))


def constant(name: str, values: Any, kind: int = FLOAT) -> Any:
    dtype = onnx.helper.tensor_dtype_to_np_dtype(kind)
    return onnx.numpy_helper.from_array(np.array(values, dtype), name)


def model(
    weights: Any = RGB,
    shape: Any = ("n", 3, "h", "w"),
    layout: str = "NCHW",
    kind: int = FLOAT,
    after: tuple[Any, ...] = (),
    gives: str = "score",
) -> Any:
    """Means of the channels, times a matrix; then whatever comes after."""
    node, info = onnx.helper.make_node, onnx.helper.make_tensor_value_info
    axes = [2, 3] if layout == "NCHW" else [1, 2]
    nodes = [
        node("ReduceMean", ["picture"], ["means"], axes=axes, keepdims=0),
        node("MatMul", ["means", "weights"], ["score"]),
        *after,
    ]
    graph = onnx.helper.make_graph(
        nodes,
        "brightness",
        [info("picture", kind, shape)],
        [info(gives, kind, None)],
        [constant("weights", weights, kind)],
    )
    return finished(graph)


def finished(graph: Any) -> Any:
    return onnx.helper.make_model(graph, opset_imports=[onnx.helper.make_opsetid("", 17)])


def plain(**changes: Any) -> dict[str, Any]:
    """A manifest; `input.size` stands as `input__size`."""
    values = tomllib.loads(EXAMPLE)
    values["input"] |= {"size": [24, 16], "mean": [0, 0, 0], "std": [1, 1, 1]}
    for name, value in changes.items():
        table, _, key = name.rpartition("__")
        (values[table] if table else values)[key] = value
    return values


def written(folder: Path, model: Any, **changes: Any) -> Path:
    """A manifest beside its model, with the checksum that fits unless it is changed."""
    data = model if isinstance(model, bytes) else model.SerializeToString()
    (folder / "example.onnx").write_bytes(data)
    values = plain(**{"sha256": hashlib.sha256(data).hexdigest(), **changes})
    path = folder / "detector.toml"
    path.write_text(tomlkit.dumps(values), "utf-8")
    return path


def colour(red: int, green: int, blue: int) -> NDArray[np.uint8]:
    return np.full((40, 50, 3), (red, green, blue), np.uint8)


def noise(seed: int, *shape: int) -> NDArray[np.uint8]:
    return np.random.default_rng(seed).integers(0, 256, shape, dtype=np.uint8)


def refused(path: Path) -> InputError:
    with pytest.raises(InputError) as caught:
        open_trained(path)
    assert caught.value.hint
    return caught.value


# --- the manifest


def test_the_example_is_a_manifest(tmp_path: Path) -> None:
    path = tmp_path / "detector.toml"
    path.write_text(EXAMPLE, "utf-8")
    manifest = read_manifest(path)
    assert manifest.trained_on == ("StyleGAN2", "SDXL")
    assert manifest.input.size == (224, 224)
    assert (manifest.input.scale, manifest.output.kind) == (255.0, "logit")


FIELDS = [
    *tomllib.loads(EXAMPLE),
    *(f"input.{key}" for key in tomllib.loads(EXAMPLE)["input"]),
    *(f"output.{key}" for key in tomllib.loads(EXAMPLE)["output"]),
]


def place(values: dict[str, Any], field: str) -> tuple[dict[str, Any], str]:
    table, _, key = field.rpartition(".")
    return (values[table] if table else values), key


@pytest.mark.parametrize("field", FIELDS)
def test_no_field_may_be_missing(tmp_path: Path, field: str) -> None:
    values = plain()
    table, key = place(values, field)
    del table[key]
    wrong(tmp_path, values, field)


@pytest.mark.parametrize("field", FIELDS)
def test_a_misspelt_field_is_named_with_the_right_spelling(tmp_path: Path, field: str) -> None:
    values = plain()
    table, key = place(values, field)
    table[key + "x"] = table.pop(key)
    error = wrong(tmp_path, values, field + "x")
    assert f"'{key}'" in (error.hint or "")


BAD = [
    *(("name", value) for value in ("", "  ", 7, "two\nlines", "x" * 501)),
    *((key, "") for key in ("version", "licence", "source", "file", "sha256")),
    *(("file", v) for v in ("../a.onnx", "a/b.onnx", "a\\b.onnx", "..", ".", "C:a.onnx", "/etc/x")),
    *(("sha256", value) for value in ("0" * 63, "0" * 65, "g" * 64)),
    *(("trained_on", value) for value in ([], "SDXL", [1], [""])),
    *((key, value) for key in ("input", "output") for value in (1, [], "")),
    *(
        ("input.size", value)
        for value in (224, [224], [1, 2, 3], [0, 1], [1.5, 2], [True, 1], [5000, 1])
    ),
    *(("input.layout", value) for value in ("nchw", "", 1, ["NCHW"])),
    *(("input.channels", value) for value in ("grey", 3)),
    *(("input.scale", value) for value in (0, -1, math.nan, math.inf, True, "255", 10**400)),
    *(("input.mean", value) for value in (0, [0, 0], [0] * 4, [0, 0, math.nan], ["0"] * 3)),
    *(("input.std", value) for value in ([1, 1], [1, 1, 0], [1, -1, 1], [1, 1, math.inf])),
    ("input.crop", "eyes"),
    *(("output.index", value) for value in (-1, 0.0, True, 10**400)),
    *(("output.kind", value) for value in ("sigmoid", 0)),
    *(("output.generated", value) for value in (-1, "0")),
]


@pytest.mark.parametrize(("field", "value"), BAD)
def test_a_value_out_of_its_range_is_refused(tmp_path: Path, field: str, value: Any) -> None:
    values = plain()
    table, key = place(values, field)
    table[key] = value
    wrong(tmp_path, values, field)


def wrong(folder: Path, values: dict[str, Any], field: str) -> InputError:
    """The error names file, field and what to do."""
    path = folder / "detector.toml"
    path.write_text(tomlkit.dumps(values), "utf-8")
    with pytest.raises(InputError) as caught:
        read_manifest(path)
    assert (caught.value.source, caught.value.field) == (path, field)
    assert caught.value.hint
    return caught.value


@pytest.mark.parametrize(
    "content",
    [b"name = ", b"\xff\xfe", b"a = 1\na = 2", b"a = " + b"[" * 5000, b"a = 1" + b"0" * 5000],
)
def test_broken_toml_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "detector.toml"
    path.write_bytes(content)
    assert "no TOML" in str(refused(path))


def test_what_is_no_manifest_file_is_refused(tmp_path: Path) -> None:
    assert "cannot be opened" in str(refused(tmp_path / "nowhere.toml"))
    assert "is no file" in str(refused(tmp_path))
    os.mkfifo(tmp_path / "pipe.toml")
    assert "is no file" in str(refused(tmp_path / "pipe.toml"))
    (tmp_path / "large.toml").write_bytes(b"#" * (1 << 20) + b"\n")
    assert "larger" in str(refused(tmp_path / "large.toml"))


# --- the identity


def test_what_changes_scores_changes_the_identity(tmp_path: Path) -> None:
    manifest = read_manifest(written(tmp_path, model()))
    assert len(manifest.identity) == 16
    told = replace(manifest, name="other", version="2", licence="MIT", source="-", file="b.onnx")
    assert replace(told, trained_on=("unknown",)).identity == manifest.identity
    others = [
        replace(manifest, sha256="1" * 64),
        *(
            replace(manifest, input=replace(manifest.input, **change))
            for change in (
                {"size": (16, 24)},
                {"layout": "NHWC"},
                {"channels": "bgr"},
                {"scale": 127.5},
                {"mean": (0.0, 0.0, 0.1)},
                {"std": (1.0, 1.0, 1.1)},
                {"crop": "face"},
            )
        ),
        *(
            replace(manifest, output=replace(manifest.output, **change))
            for change in ({"index": 1}, {"kind": "softmax"}, {"generated": 1})
        ),
    ]
    assert len({manifest.identity, *(other.identity for other in others)}) == len(others) + 1


def test_whole_numbers_and_floats_are_the_same_manifest(tmp_path: Path) -> None:
    whole = read_manifest(written(tmp_path, model(), input__scale=255, input__mean=[0, 0, 0]))
    floats = read_manifest(written(tmp_path, model(), input__scale=255.0, input__mean=[0.0] * 3))
    assert whole == floats
    assert whole.identity == floats.identity


# --- the file


def test_the_wrong_file_is_refused_before_anything_parses_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = written(tmp_path, model(), sha256="0" * 64)
    seen: list[str] = []
    monkeypatch.setattr(trained, "_onnxruntime", lambda: seen.append("onnxruntime"))
    monkeypatch.setattr(trained, "external", lambda _: seen.append("external"))
    assert "another file" in str(refused(path))
    assert not seen


def test_what_was_checked_is_what_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = written(tmp_path, model())
    other = model([[9.0], [9.0], [9.0]]).SerializeToString()
    load: Callable[[], Any] = trained._onnxruntime

    def swap() -> Any:
        (tmp_path / "example.onnx").write_bytes(other)
        return load()

    monkeypatch.setattr(trained, "_onnxruntime", swap)
    score = open_trained(path).score(colour(255, 255, 255), None)
    assert score == pytest.approx(1.0, abs=1e-6)


def test_it_runs_on_one_core_of_the_processor(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[Any] = []
    runtime = trained._onnxruntime()
    session = runtime.InferenceSession

    def spy(model: Any, options: Any, providers: list[str]) -> Any:
        seen.append((options.intra_op_num_threads, options.inter_op_num_threads, providers))
        return session(model, options, providers=providers)

    monkeypatch.setattr(runtime, "InferenceSession", spy)
    open_trained(written(tmp_path, model()))
    assert seen == [(1, 1, ["CPUExecutionProvider"])]


def test_weights_that_are_listed_as_inputs_too_are_no_second_picture(tmp_path: Path) -> None:
    """As exporters did before 2019."""
    old = model()
    old.graph.input.append(onnx.helper.make_tensor_value_info("weights", FLOAT, [3, 1]))
    score = open_trained(written(tmp_path, old)).score(colour(255, 255, 255), None)
    assert score == pytest.approx(1.0, abs=1e-6)


def test_a_missing_model_is_named(tmp_path: Path) -> None:
    path = written(tmp_path, model())
    (tmp_path / "example.onnx").unlink()
    assert refused(path).source == tmp_path / "example.onnx"


@pytest.mark.parametrize("data", [b"", b"not a model", b"\x00\x00\x00\x00ORTM" + b"\x00" * 64])
def test_what_is_no_model_is_refused(tmp_path: Path, data: bytes) -> None:
    refused(written(tmp_path, data))


def test_a_model_that_needs_other_operators_is_refused(tmp_path: Path) -> None:
    strange = model(
        after=(onnx.helper.make_node("Guess", ["score"], ["y"], domain="x"),), gives="y"
    )
    strange.opset_import.append(onnx.helper.make_opsetid("x", 1))
    assert "cannot be opened" in str(refused(written(tmp_path, strange)))


def test_weights_in_another_file_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)  # from bytes, onnxruntime would look there
    onnx.save(
        model(),
        tmp_path / "example.onnx",
        save_as_external_data=True,
        location="weights.bin",
        size_threshold=0,
    )
    data = (tmp_path / "example.onnx").read_bytes()
    assert (tmp_path / "weights.bin").exists()
    monkeypatch.setattr(trained, "_onnxruntime", pytest.fail)
    assert "in other files" in str(refused(written(tmp_path, data)))


def elsewhere(name: str = "t") -> Any:
    tensor = constant(name, [1.0])
    tensor.ClearField("raw_data")
    tensor.data_location = onnx.TensorProto.EXTERNAL
    tensor.external_data.add(key="location", value="weights.bin")
    return tensor


def hiding_places() -> Iterator[tuple[str, Any]]:
    """Models with a tensor outside, in every place that the format has for tensors."""
    node = onnx.helper.make_node
    graph = onnx.helper.make_graph([], "g", [], [], [elsewhere()])
    found = model()
    found.graph.initializer.append(elsewhere())
    yield "initializer", found
    sparse = onnx.SparseTensorProto(values=elsewhere(), dims=[1])
    for name, value in {
        "attribute": elsewhere(),
        "attributes": [elsewhere()],
        "graph": graph,
        "graphs": [graph],
        "sparse": sparse,
        "sparses": [sparse],
    }.items():
        found = model()
        found.graph.node.append(node("Constant", [], ["c"], value=value))
        yield name, found
    found = model()
    found.graph.sparse_initializer.append(
        onnx.SparseTensorProto(values=constant("v", [1.0]), indices=elsewhere(), dims=[1])
    )
    yield "sparse indices", found
    found = model()
    found.functions.add().node.append(node("Constant", [], ["c"], value=elsewhere()))
    yield "function", found
    found = model()
    attribute = onnx.helper.make_attribute("default", elsewhere())
    found.functions.add().attribute_proto.append(attribute)
    yield "default of a function", found
    found = model()
    found.training_info.add().algorithm.CopyFrom(graph)
    yield "training", found


@pytest.mark.parametrize(("place", "found"), list(hiding_places()))
def test_weights_outside_are_found_wherever_they_hide(place: str, found: Any) -> None:
    assert external(found.SerializeToString()), place
    assert not external(model().SerializeToString())


def test_half_a_reference_to_another_file_is_enough() -> None:
    told = model()
    told.graph.initializer[0].external_data.add(key="location", value="weights.bin")
    assert external(told.SerializeToString())
    flagged = model()
    flagged.graph.initializer[0].data_location = onnx.TensorProto.EXTERNAL
    assert external(flagged.SerializeToString())


def test_a_second_graph_is_read_like_the_first() -> None:
    """Protocol Buffers merges a message that comes twice."""
    part = onnx.ModelProto()
    part.graph.initializer.append(elsewhere())
    assert external(model().SerializeToString() + part.SerializeToString())


KINDS = {
    "ModelProto": "model",
    "GraphProto": "graph",
    "TrainingInfoProto": "training",
    "FunctionProto": "function",
    "NodeProto": "node",
    "AttributeProto": "attribute",
    "SparseTensorProto": "sparse",
    "TensorProto": "tensor",
}


def test_the_walk_knows_every_message_that_can_hold_a_tensor() -> None:
    inside: dict[str, dict[int, str]] = {}
    waiting = [onnx.ModelProto.DESCRIPTOR]
    while waiting:
        message = waiting.pop()
        inner = [field for field in message.fields if field.message_type]
        inside[message.name] = {field.number: field.message_type.name for field in inner}
        waiting += [f.message_type for f in inner if f.message_type.name not in inside]
    holders = {"TensorProto"}
    for _ in inside:
        holders |= {name for name, held in inside.items() if holders & set(held.values())}
    assert {KINDS.get(name, name) for name in holders} == set(INSIDE)
    for name in holders:
        held = {n: KINDS[kind] for n, kind in inside[name].items() if kind in holders}
        assert INSIDE[KINDS[name]] == held, name


def outside(message: Any) -> bool:
    """The same question, asked of a parsed message."""
    if message.DESCRIPTOR.name == "TensorProto":
        return bool(message.data_location == onnx.TensorProto.EXTERNAL)
    for field, value in message.ListFields():
        if field.message_type is not None:
            many = value if not hasattr(value, "ListFields") else [value]
            if any(outside(one) for one in many):
                return True
    return False


HIDDEN = [found.SerializeToString() for _, found in hiding_places()]


@settings(max_examples=400, deadline=None)
@given(st.data())
def test_no_damage_makes_us_miss_what_a_parser_would_follow(data: st.DataObject) -> None:
    found = bytearray(data.draw(st.sampled_from(HIDDEN)))
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(found) - 1))
        cut = data.draw(st.integers(0, 2))
        found[at : at + cut] = data.draw(st.binary(max_size=3))
    try:
        followed = outside(onnx.ModelProto.FromString(bytes(found)))
    except Exception:
        followed = False
    try:
        missed = not external(bytes(found))
    except ValueError:
        missed = False
    assert not (followed and missed)


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    try:
        assert external(data) in (True, False)
    except ValueError as error:
        assert str(error)


def test_a_model_that_is_cut_short_is_refused() -> None:
    data = model().SerializeToString()
    ends = 0
    for length in range(1, len(data)):
        try:
            onnx.ModelProto.FromString(data[:length])
            ends += 1
            assert not external(data[:length])
        except onnx_message.DecodeError:
            with pytest.raises(ValueError, match="cut short"):
                external(data[:length])
    assert ends < 10


def test_nesting_without_end_is_refused() -> None:
    data = b""
    for _ in range(300):
        for tag in (0x32, 0x2A, 0x0A):  # a graph in an attribute in a node of a graph
            data = bytes([tag]) + _length(data) + data
    with pytest.raises(ValueError, match="deep"):
        external(b"\x3a" + _length(data) + data)


def _length(data: bytes) -> bytes:
    rest, found = len(data), b""
    while rest > 0x7F:
        found, rest = found + bytes([rest & 0x7F | 0x80]), rest >> 7
    return found + bytes([rest])


# --- nobody is told, nothing is left behind


PROGRAM = """
import sys
import numpy as np
from pathlib import Path
from unswarm.photos import trained
assert "onnxruntime" not in sys.modules
detector = trained.open_trained(Path(sys.argv[1]))
print(detector.score(np.full((9, 9, 3), 255, np.uint8), None))
"""


def test_scoring_leaves_nothing_in_the_home_folder(tmp_path: Path) -> None:
    """onnxruntime's own reporting keeps a device id there, and then sends it."""
    home = tmp_path / "home"
    home.mkdir()
    secret = ("ORT_", "XDG_", "CI", "GITHUB_", "TF_BUILD", "PYTEST_")
    env = {k: v for k, v in os.environ.items() if not k.startswith(secret)}
    found = subprocess.run(
        [sys.executable, "-c", PROGRAM, written(tmp_path, model())],
        env=env | {"HOME": str(home)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert float(found.stdout) == pytest.approx(1.0)
    assert list(home.rglob("*")) == []
    assert found.stderr == ""


def test_a_missing_onnxruntime_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    with pytest.raises(SettingsError, match=r"pip install 'unswarm\[photos\]'"):
        open_trained(written(tmp_path, model()))


# --- what fits


@pytest.mark.parametrize(
    ("shape", "hint"),
    [
        ((1, 3, 24, 17), "input.size"),
        ((1, 3, 16, 24), "input.size"),
        ((1, 1, 24, 16), "three channels"),
        ((8, 3, 24, 16), "one picture at a time"),
        ((1, 24, 16, 3), '"NHWC"'),
        (("n", 3, 24), "input.size"),
        (None, "input.size"),
    ],
)
def test_a_model_that_takes_something_else_is_refused(
    tmp_path: Path, shape: Any, hint: str
) -> None:
    other = onnx.helper.make_graph(
        [onnx.helper.make_node("Identity", ["picture"], ["score"])],
        "same",
        [onnx.helper.make_tensor_value_info("picture", FLOAT, shape)],
        [onnx.helper.make_tensor_value_info("score", FLOAT, None)],
    )
    assert hint in (refused(written(tmp_path, finished(other))).hint or "")


@pytest.mark.parametrize(
    "shape",
    [
        (1, 3, 24, 16),
        (-1, 3, -1, -1),
        ("n", 3, 24, 16),
        (None, 3, "h", "w"),
        ("n", "c", "h", "w"),
        [None] * 4,
    ],
)
def test_free_sides_take_what_the_manifest_says(tmp_path: Path, shape: Any) -> None:
    detector = open_trained(written(tmp_path, model(shape=shape)))
    assert detector.score(colour(255, 255, 255), None) == pytest.approx(1.0, abs=1e-6)


def test_two_inputs_or_whole_numbers_are_refused(tmp_path: Path) -> None:
    two = model()
    two.graph.input.append(onnx.helper.make_tensor_value_info("more", FLOAT, [1]))
    assert "more" in str(refused(written(tmp_path, two)))
    cast = onnx.helper.make_node("Cast", ["bytes"], ["picture"], to=FLOAT)
    whole = model()
    whole.graph.node.insert(0, cast)
    taken = onnx.helper.make_tensor_value_info("bytes", onnx.TensorProto.UINT8, [1, 3, 24, 16])
    whole.graph.input[0].CopyFrom(taken)
    assert "uint8" in str(refused(written(tmp_path, whole)))


def test_outputs_are_chosen_by_index(tmp_path: Path) -> None:
    more = model()
    more.graph.output.append(onnx.helper.make_tensor_value_info("means", FLOAT, None))
    path = written(tmp_path, more, output__index=1, output__generated=2)
    score = open_trained(path).score(colour(10, 20, 102), None)
    assert score == pytest.approx(102 / 255, abs=1e-6)
    assert "2 outputs" in str(refused(written(tmp_path, more, output__index=2)))


def test_an_output_that_is_no_row_of_floats_is_refused(tmp_path: Path) -> None:
    node = onnx.helper.make_node
    named = model(after=(node("Cast", ["score"], ["y"], to=onnx.TensorProto.INT64),), gives="y")
    named.graph.output[0].type.tensor_type.elem_type = onnx.TensorProto.INT64
    assert "int64" in str(refused(written(tmp_path, named)))
    map_ = model(after=(node("Identity", ["picture"], ["y"]),), gives="y")
    assert "1×3×24×16" in str(refused(written(tmp_path, map_)))
    assert "1 columns" in str(refused(written(tmp_path, model(), output__generated=1)))


def test_a_score_that_is_no_number_is_refused(tmp_path: Path) -> None:
    root = model(
        [[-1.0], [-1.0], [-1.0]],
        after=(onnx.helper.make_node("Log", ["score"], ["y"]),),
        gives="y",
    )
    assert "no finite number" in str(refused(written(tmp_path, root)))


def test_a_model_that_fails_within_is_explained_once(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """Its sides are free, but inside it wants one size."""
    within = model(after=(onnx.helper.make_node("Reshape", ["picture", "to"], ["y"]),), gives="y")
    within.graph.initializer.append(constant("to", [1, 300], onnx.TensorProto.INT64))
    assert "fails on a picture" in str(refused(written(tmp_path, within)))
    assert capfd.readouterr() == ("", "")


def test_a_failure_later_on_is_explained(tmp_path: Path) -> None:
    detector = open_trained(written(tmp_path, model([[1e38], [1e38], [1e38]])))
    with pytest.raises(InputError, match="finite"):
        replaced(detector, scale=1e-3).score(colour(255, 255, 255), None)


def replaced(detector: Trained, **change: Any) -> Trained:
    manifest = replace(detector.manifest, input=replace(detector.manifest.input, **change))
    return Trained(manifest, detector._source, detector._session)


# --- what is computed


@pytest.mark.parametrize("kind", [FLOAT, HALF, DOUBLE])
@pytest.mark.parametrize("layout", ["NCHW", "NHWC"])
@pytest.mark.parametrize("channels", ["rgb", "bgr"])
def test_the_picture_goes_in_as_the_manifest_says(
    tmp_path: Path, kind: int, layout: str, channels: str
) -> None:
    shape = (1, 3, 24, 16) if layout == "NCHW" else (1, 24, 16, 3)
    mean, std = [0.4, 0.5, 0.6], [0.2, 0.3, 0.5]
    path = written(
        tmp_path,
        model(shape=shape, layout=layout, kind=kind),
        input__layout=layout,
        input__channels=channels,
        input__mean=mean,
        input__std=std,
    )
    photo = noise(5, 60, 44, 3)
    seen = resize(photo, 24, 16).mean(axis=(0, 1)).astype(float)
    if channels == "bgr":
        seen = seen[::-1]
    want = sum(w[0] * (s / 255 - m) / d for w, s, m, d in zip(RGB, seen, mean, std, strict=True))
    score = open_trained(path).score(photo, None)
    assert score == pytest.approx(want, abs=5e-3 if kind == HALF else 1e-5)


def test_the_layout_decides_where_each_pixel_goes(tmp_path: Path) -> None:
    """Means do not see it: here every value of the picture has a weight of its own."""
    flat = onnx.helper.make_node("Flatten", ["picture"], ["row"])
    for layout, shape in {"NCHW": (1, 3, 24, 16), "NHWC": (1, 24, 16, 3)}.items():
        own = np.random.default_rng(13).random((24, 16, 3), np.float32)
        weights = own if layout == "NHWC" else own.transpose(2, 0, 1)
        graph = onnx.helper.make_graph(
            [flat, onnx.helper.make_node("MatMul", ["row", "weights"], ["score"])],
            "weighted",
            [onnx.helper.make_tensor_value_info("picture", FLOAT, shape)],
            [onnx.helper.make_tensor_value_info("score", FLOAT, None)],
            [constant("weights", weights.reshape(-1, 1))],
        )
        path = written(tmp_path, finished(graph), input__layout=layout, input__scale=1)
        photo = noise(6, 24, 16, 3)
        assert open_trained(path).score(photo, None) == pytest.approx((photo * own).sum(), rel=1e-5)


LOGITS = [[1.0, 8.0, 0.0], [2.0, 1.0, 0.0], [0.0, 1.0, 3.0]]


@pytest.mark.parametrize("generated", [0, 1, 2])
def test_softmax_gives_the_log_odds_of_its_class(tmp_path: Path, generated: int) -> None:
    path = written(tmp_path, model(LOGITS), output__kind="softmax", output__generated=generated)
    photo = colour(255, 51, 102)
    logits = np.array([1.0, 0.2, 0.4]) @ np.array(LOGITS)
    share = (np.exp(logits) / np.exp(logits).sum())[generated]
    score = open_trained(path).score(photo, None)
    assert score == pytest.approx(math.log(share / (1 - share)), abs=1e-5)


def test_softmax_does_not_end_at_one(tmp_path: Path) -> None:
    path = written(tmp_path, model([[900.0, 0.0]] * 3), output__kind="softmax")
    detector = open_trained(path)
    assert (detector.score(colour(254, 254, 254), None) or 0) > 600
    assert detector.score(colour(254, 254, 254), None) < detector.score(colour(255, 255, 255), None)


def test_softmax_needs_two_columns(tmp_path: Path) -> None:
    assert "one column" in str(refused(written(tmp_path, model(), output__kind="softmax")))


def test_probabilities_are_held_to_their_range(tmp_path: Path) -> None:
    detector = open_trained(written(tmp_path, model(), output__kind="probability"))
    assert detector.score(colour(51, 51, 51), None) == pytest.approx(0.2, abs=1e-6)
    steep = model([[3.0], [0.0], [0.0]])
    assert "no probability" in str(refused(written(tmp_path, steep, output__kind="probability")))
    negative = model([[-3.0], [0.0], [0.0]])
    assert "no probability" in str(refused(written(tmp_path, negative, output__kind="probability")))
    rounded = model([[1.0005], [0.0], [0.0]])
    rounding = open_trained(written(tmp_path, rounded, output__kind="probability"))
    assert rounding.score(colour(255, 0, 0), None) == 1.0


def test_the_same_photo_gets_the_same_score(tmp_path: Path) -> None:
    photo, other = noise(7, 130, 90, 3), noise(8, 64, 64, 3)
    path = written(tmp_path, model())
    detector = open_trained(path)
    first = detector.score(photo, None)
    detector.score(other, None)
    assert detector.score(photo, None) == first
    assert open_trained(path).score(photo, None) == first
    assert isinstance(first, float)


def test_a_detector_of_faces_sees_the_face_only(tmp_path: Path) -> None:
    detector = open_trained(written(tmp_path, model(), input__crop="face"))
    photo = np.zeros((400, 400, 3), np.uint8)
    part = around(photo, EYES)
    assert part is not None
    part[:] = 255
    assert detector.score(photo, EYES) == pytest.approx(1.0, abs=1e-6)
    assert detector.score(photo, None) is None
    whole = open_trained(written(tmp_path, model()))
    assert whole.score(photo, EYES) == whole.score(photo, None)
    assert (whole.score(photo, None) or 1) < 0.5


# --- the square around a face


def test_an_ffhq_picture_comes_back_whole() -> None:
    photo = noise(9, 400, 400, 3)
    eyes = ((0.3733 * 400, 0.4690 * 400), (0.6270 * 400, 0.4690 * 400))
    part = around(photo, eyes)
    assert part is not None
    assert part.shape == photo.shape


def test_the_square_moves_and_grows_with_the_face() -> None:
    rows, columns = np.indices((500, 500))
    photo = np.stack([rows, columns, rows], axis=2)
    one = around(photo, ((200, 210), (240, 210)))
    two = around(photo, ((205, 217), (245, 217)))
    large = around(photo, ((180, 240), (260, 240)))
    assert one is not None
    assert two is not None
    assert large is not None
    assert one.shape == (round(40 / 0.2537),) * 2 + (3,)
    assert len(large) == pytest.approx(2 * len(one), abs=1)
    assert one[0, 0, 0] == pytest.approx(210 - 0.469 * len(one), abs=0.51)
    assert one[0, 0, 1] == pytest.approx(220 - len(one) / 2, abs=0.51)
    assert (two == one + np.array([7, 5, 7])).all()


NUMBERS = st.floats(-1e6, 1e6) | st.floats(-20, 120)
POINTS = st.tuples(NUMBERS, NUMBERS)


@settings(deadline=None)
@given(st.integers(1, 90), st.integers(1, 90), POINTS, POINTS)
def test_the_square_is_always_a_square_within_the_photo(
    height: int, width: int, left: tuple[float, float], right: tuple[float, float]
) -> None:
    photo = np.arange(height * width * 3, dtype=np.int64).reshape(height, width, 3)
    part = around(photo, (left, right))
    if math.dist(left, right) < 1:
        assert part is None
        return
    assert part is not None
    assert part.shape[0] == part.shape[1] >= 1
    assert part.shape[0] <= min(height, width)
    assert np.isin(part, photo).all()


@pytest.mark.parametrize("number", [math.nan, math.inf, -math.inf])
def test_eyes_that_are_nowhere_are_no_face(number: float) -> None:
    for eyes in (((number, 1.0), (9.0, 1.0)), ((1.0, 1.0), (9.0, number))):
        assert around(noise(10, 20, 20, 3), eyes) is None
    assert around(noise(10, 20, 20, 3), ((5.0, 5.0), (5.0, 5.0))) is None


# --- calibration

IDENTITY = "0123456789abcdef"


def some(seed: int, photos: int, levels: int) -> list[float]:
    """Scores with ties where `levels` are few."""
    return np.random.default_rng(seed).integers(0, levels, photos).astype(float).tolist()


MANY = {"seed": st.integers(0, 10**6), "photos": st.integers(200, 600)}
LEVELS = st.sampled_from([1, 2, 30, 10**9])


@settings(max_examples=60, deadline=None)
@given(levels=LEVELS, pick=st.floats(-0.2, 1.2), **MANY)
def test_a_tail_is_the_share_at_least_as_high(
    seed: int, photos: int, levels: int, pick: float
) -> None:
    scores = some(seed, photos, levels)
    made = reference(IDENTITY, scores)
    for score in (pick * levels, scores[0], max(scores), min(scores)):
        tail = made.tail(score)
        reached = sum(one >= score for one in scores)
        exact = stats.binomtest(reached, photos).proportion_ci(0.95, "exact")
        assert tail.share == reached / photos
        assert (tail.low, tail.high) == pytest.approx((exact.low, exact.high), abs=1e-9)
        one_sided = stats.binomtest(reached, photos, alternative="less")
        bound = one_sided.proportion_ci(0.95, "exact").high
        assert made.rate_above(score) == pytest.approx(bound, abs=1e-9)


@settings(max_examples=60, deadline=None)
@given(levels=LEVELS, share=st.floats(0.01, 0.99), **MANY)
def test_a_threshold_is_the_lowest_score_that_few_enough_reach(
    seed: int, photos: int, levels: int, share: float
) -> None:
    scores = some(seed, photos, levels)
    found = reference(IDENTITY, scores).threshold(share)
    few = [s for s in set(scores) if sum(one >= s for one in scores) / photos <= share]
    if few:
        assert found == min(few)
    else:
        assert found == math.nextafter(max(scores), math.inf)
    assert sum(one >= found for one in scores) / photos <= share


@pytest.mark.parametrize("hundredths", range(1, 100))
def test_a_share_of_whole_photos_is_used_up(hundredths: int) -> None:
    made = reference(IDENTITY, range(200))
    assert made.tail(made.threshold(hundredths / 100)).share == hundredths / 100


def test_the_bound_holds_for_a_threshold_chosen_on_the_same_photos() -> None:
    random = np.random.default_rng(11)
    held = 0
    for _ in range(2000):
        made = reference(IDENTITY, random.random(200).tolist())
        threshold = made.threshold(0.02)
        held += made.rate_above(threshold) >= 1 - threshold
    assert held / 2000 > 0.95


def test_too_few_photos_are_refused_and_told_why() -> None:
    with pytest.raises(SettingsError, match=r"199 .* 1 % of them cannot be known"):
        reference(IDENTITY, range(199))
    assert len(reference(IDENTITY, range(200)).scores) == 200


def test_a_share_of_less_than_two_photos_is_refused() -> None:
    with pytest.raises(SettingsError, match="cannot be known from 200"):
        reference(IDENTITY, range(200)).threshold(0.005)
    with pytest.raises(SettingsError, match="cannot be known"):
        reference(IDENTITY, range(200)).threshold(1.0)
    with pytest.raises(SettingsError, match="cannot be known"):
        reference(IDENTITY, range(200)).threshold(math.nan)


@pytest.mark.parametrize("number", [math.nan, math.inf, -math.inf])
def test_scores_must_be_finite(number: float) -> None:
    with pytest.raises(SettingsError, match="finite"):
        reference(IDENTITY, [*range(300), number])
    with pytest.raises(SettingsError, match="no number"):
        reference(IDENTITY, range(300)).tail(math.nan)


def test_a_calibration_of_another_detector_is_refused(tmp_path: Path) -> None:
    one = open_trained(written(tmp_path, model()))
    made = reference(one.identity, range(200))
    assert made.require(one.identity) is made
    other = open_trained(written(tmp_path, model([[0.1], [0.1], [0.1]])))
    with pytest.raises(SettingsError, match=f"{one.identity}; this one is {other.identity}"):
        made.require(other.identity)


def test_json_gives_the_same_calibration_back() -> None:
    scores = np.random.default_rng(12).normal(size=300).tolist()
    made = reference(IDENTITY, scores)
    assert Reference.from_dict(json.loads(json.dumps(made.as_dict()))) == made
    assert made.scores == tuple(sorted(scores))


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"version": 2}, "version"),
        ({"version": None}, "version"),
        ({"identity": 5}, "identity"),
        ({"scores": "123"}, "scores"),
        ({"scores": [True] * 200}, "scores"),
        ({"scores": [math.nan] * 200}, "scores"),
        ({"scores": [10**400] * 200}, "scores"),
    ],
)
def test_a_broken_calibration_is_refused(change: dict[str, Any], field: str) -> None:
    values = reference(IDENTITY, range(200)).as_dict() | change
    with pytest.raises(InputError) as caught:
        Reference.from_dict(values, source="calibration.json")
    assert (caught.value.source, caught.value.field) == ("calibration.json", field)


def test_a_calibration_changed_by_hand_is_refused() -> None:
    values = reference(IDENTITY, range(200)).as_dict()
    with pytest.raises(SettingsError, match="order"):
        Reference.from_dict(values | {"scores": values["scores"][::-1]})
    with pytest.raises(SettingsError, match="too few"):
        Reference.from_dict(values | {"scores": [1.0]})
