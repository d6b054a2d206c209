"""The streaming JSON and CSV readers under the Twitter formats."""

import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unswarm.readers._parts import json as _json
from unswarm.readers._parts import rows as _rows
from unswarm.readers._parts.json import Broken, values
from unswarm.readers._parts.tweets import EPOCH, client_name, exact_time, media_id

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.dictionaries(st.text(), st.lists(inner, max_size=3), max_size=3),
)
LISTS = st.lists(st.dictionaries(st.text(), JSON), max_size=5)


def seen(text):
    return [value for _, value in values(io.StringIO(text))]


@given(LISTS, st.integers(1, 40), st.booleans())
def test_every_writing_of_the_same_objects_gives_the_same_objects(objects, chunk, ascii_only):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_json, "CHUNK", chunk)
        lines = [json.dumps(one, ensure_ascii=ascii_only) for one in objects]
        assert seen(json.dumps(objects)) == objects
        assert seen(json.dumps(objects, indent=4)) == objects
        assert seen("\n".join(lines)) == objects
        assert seen("\n\n".join(json.dumps(one, indent=2) for one in objects)) == objects
        assert seen("\ufeff" + ",\r\n".join(lines)) == objects


@pytest.mark.parametrize("chunk", [1, 5, 1 << 20])
def test_broken_lines_are_told_and_the_rest_is_read(monkeypatch, chunk):
    monkeypatch.setattr(_json, "CHUNK", chunk)
    text = '{"a":1}\n{"b":\n{"c":3}\nno json\n{"d":"open\n{"e":5}\n{"f":"cut'
    found = list(values(io.StringIO(text)))
    assert [line for line, _ in found] == [1, 2, 3, 4, 5, 6, 7]
    assert [v for _, v in found if not isinstance(v, Broken)] == [{"a": 1}, {"c": 3}, {"e": 5}]
    assert found[1][1] == Broken("not JSON: expecting ',' delimiter", '{"b":')
    assert found[-1][1] == Broken("cut: the file ends inside it", '{"f":"cut')


def test_a_broken_item_of_an_indented_array_costs_only_itself():
    text = json.dumps([{"a": {"x": 1}}, {"b": 2}, {"c": 3}], indent=4).replace('"b": 2', '"b" 2')
    found = list(values(io.StringIO(text)))
    assert [line for line, _ in found] == [2, 7, 10]
    assert [isinstance(value, Broken) for _, value in found] == [False, True, False]


def test_a_long_array_on_one_line_streams_through_a_small_buffer(monkeypatch):
    monkeypatch.setattr(_json, "CHUNK", 1_000)
    reads = []

    class Endless:
        def read(self, size):
            reads.append(size)
            return ("[" if len(reads) == 1 else "") + '{"id": 1}, ' * (size // 11)

    stream = values(Endless())
    for _ in range(5_000):
        next(stream)
    assert max(reads) == 1_000


def rows_of(text):
    return list(_rows.rows(io.StringIO(text, newline="")))


def test_a_row_spanning_lines_is_numbered_by_its_first_line():
    found = rows_of('a,b\r\n1,"x\ny"\r\n\r\n2,z\r\n')
    assert found == [(2, {"a": "1", "b": "x\ny"}), (5, {"a": "2", "b": "z"})]


def test_a_quotation_that_is_never_closed_is_told_as_cut():
    assert rows_of('a,b\n1,2\n3,"4 and\n')[-1] == (3, Broken(CUT, "3,4 and\n"))
    assert rows_of('a,b\n3,"')[-1] == (2, Broken(CUT, "3,"))
    assert rows_of('a,b\n3,""') == [(2, {"a": "3", "b": ""})]


CUT = "cut: the file ends inside a quoted field"


def test_rows_of_another_length_and_endless_fields_are_told():
    found = rows_of("a,b\n1\n1,2,3\n" + f'1,"{"x" * 140_000}\n' + "5,6\n")
    assert [line for line, _ in found] == [2, 3, 4, 5]
    assert found[0][1] == Broken("1 fields where the header names 2", "1")
    assert found[2][1].reason.startswith("not CSV: field larger than field limit")
    assert found[3][1] == {"a": "5", "b": "6"}


def test_a_post_id_gives_the_millisecond_only_where_it_agrees():
    time = (1611599630533525504 >> 22) + EPOCH
    second = time // 1000 * 1000
    assert exact_time("1611599630533525504", second, 1000) == (time, 1)
    assert exact_time("1611599630533525504", second + 1000, 1000) == (second + 1000, 1000)
    assert exact_time("6471550203", 1260298441000, 1000) == (1260298441000, 1000)
    assert exact_time("vDrqI0GVPxRfGTA8S15KaQ", 5000, 1000) == (5000, 1000)


def test_client_and_media_names():
    assert client_name('<a href="https://x.example.com">A &amp; B</a>') == "A & B"
    assert client_name("") is None
    assert media_id("3_1271248810748960768") == media_id(1271248810748960768)
    assert media_id("ZYA7_Bjq") == "ZYA7_Bjq"
