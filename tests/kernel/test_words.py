"""A share and a number with its noun are told one way in all texts."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import showcase
from showcase.kernel.words import counted, percent

_FORMATTED = re.compile(r":[-+,]?\.\d%[}\"')]")
"""How Python would write a percent sign, without a space before it."""


@pytest.mark.parametrize(
    ("share", "digits", "told"), [(0.1, 0, "10 %"), (0.125, 1, "12.5 %"), (0, 0, "0 %"), (-0.2, 0, "-20 %")]
)
def test_a_share_has_a_space_before_its_sign(share: float, digits: int, told: str) -> None:
    assert percent(share, digits) == told


@pytest.mark.parametrize(
    ("number", "noun", "told"),
    [
        (0, "workspace", "0 workspaces"), (1, "alias", "1 alias"), (2, "alias", "2 aliases"), (2, "batch", "2 batches"),
        (1200, "model run", "1,200 model runs"),
    ],
)  # fmt: skip
def test_a_number_has_its_noun_as_people_write_it(number: int, noun: str, told: str) -> None:
    assert counted(number, noun) == told


def test_no_text_is_formatted_another_way() -> None:
    sources = Path(showcase.__file__).parent.rglob("*.py")
    assert not [source.name for source in sources if _FORMATTED.search(source.read_text(encoding="utf-8"))]
    assert _FORMATTED.search('f"{share:.0%}"')
