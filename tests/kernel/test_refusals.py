"""What is refused is told in our words: the field, what was found, what is allowed."""

from __future__ import annotations

from typing import Annotated, Any

import pytest
from pydantic import BaseModel, ConfigDict, Field

from showcase.errors import InvalidInputError
from showcase.kernel.refusals import parse_as


class Asked(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid")

    name: str = Field("ab", min_length=2, max_length=4, pattern="^[a-z]*$")
    tags: Annotated[list[str], Field(min_length=1, max_length=2)] = ["a"]
    size: int = Field(1, ge=1, le=9)


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({"name": "A!"}, 'name: found "A!", allowed is a text that matches ^[a-z]*$'),
        ({"name": "a"}, 'name: found "a", allowed is at least 2 characters'),
        ({"name": "abcde"}, 'name: found "abcde", allowed is at most 4 characters'),
        ({"tags": []}, "tags: found [], allowed is 1 or more entries"),
        ({"tags": ["a"] * 3}, 'tags: found ["a", "a", "a"], allowed is up to 2 entries'),
        ({"size": 10}, "size: found 10, allowed is less than or equal to 9"),
        ({"size": "1"}, 'size: found "1", allowed is an integer'),
        ({"colour": 1}, "colour: found 1, allowed is no such field here"),
    ],
)
def test_a_refusal_names_the_field_what_was_found_and_what_is_allowed(sent: dict[str, Any], said: str) -> None:
    with pytest.raises(InvalidInputError) as refused:
        parse_as(Asked, sent, "request")
    assert [str(error) for error in refused.value.errors] == [said]
    assert "should" not in refused.value.message
