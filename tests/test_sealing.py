"""Mail domains are known again by the patterns that a case keeps, and by nothing else."""

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from unswarm.readers._parts.infrastructure import mail, mail_pattern
from unswarm.sealing import at_mail_domain, key_of, seal

RUNS = st.text("abcxyz", min_size=1, max_size=5) | st.text("0123456789", min_size=1, max_size=4)
SIGNED = st.lists(RUNS, min_size=1, max_size=4).flatmap(
    lambda runs: st.lists(
        st.sampled_from("._-+"), min_size=len(runs) - 1, max_size=len(runs) - 1
    ).map(lambda signs: "".join(r + s for r, s in zip(runs, [*signs, ""], strict=True)))
)


@pytest.fixture(scope="module")
def case(tmp_path_factory):
    folder = tmp_path_factory.mktemp("case")
    key_of(folder)
    return folder


def sealed(case, pattern):
    return seal(pa.chunked_array([[pattern]]), key_of(case)).to_pylist()[0]


@given(name=SIGNED)
def test_the_usual_addresses_lead_to_their_domain(case, name):
    pattern = mail_pattern(mail(f"{name}@Ring.Example"))
    assert sealed(case, pattern) in at_mail_domain(case, "ring.example")
    assert sealed(case, pattern) not in at_mail_domain(case, "other.example")


@pytest.mark.parametrize("name", ["x4f9k2m8a1", "7a6b5c4d", "ann.b.smith82", "ANN+1"])
def test_names_made_by_machines_do_too(case, name):
    pattern = mail_pattern(mail(f"{name}@ring.example"))
    assert sealed(case, pattern) in at_mail_domain(case, "RING.example")


def test_a_case_that_sealed_nothing_knows_no_mail_domain(tmp_path):
    assert at_mail_domain(tmp_path, "ring.example") == []
    assert list(tmp_path.iterdir()) == []
