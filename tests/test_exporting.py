"""Exporters are found by any way of writing their name, and told what they can be told."""

from dataclasses import dataclass
from types import ModuleType

import pytest

from unswarm.errors import SettingsError
from unswarm.exporting import exporter, options_of


@dataclass(frozen=True)
class Options:
    name: str = "release"
    threshold: int = 5000
    ids_only: bool = False


TOLD = ModuleType("told")
TOLD.Options = Options


def test_options_take_what_was_said_as_what_they_are():
    said = {"threshold": "10", "ids_only": "yes"}
    assert options_of("told", TOLD, said) == Options("release", 10, True)
    assert options_of("told", TOLD, {"threshold": 10}).threshold == 10
    assert options_of("told", TOLD, {}) == Options()


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ({"treshold": "1"}, "did you mean 'threshold'"),
        ({"threshold": "many"}, "'many' is no value of threshold"),
        ({"ids_only": "perhaps"}, "'perhaps' is no value of ids_only"),
    ],
)
def test_what_cannot_be_told_is_refused(said, message):
    with pytest.raises(SettingsError, match=message):
        options_of("told", TOLD, said)


def test_an_exporter_without_options_takes_none():
    name, module = exporter("accounts.csv")
    assert options_of(name, module, {}) is None
    with pytest.raises(SettingsError, match="it has no options"):
        options_of(name, module, {"x": "1"})
