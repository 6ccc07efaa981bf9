"""Errors cross the border between processes whole."""

from __future__ import annotations

import copy

import pytest

from showcase.errors import ConflictError, FieldError, IntegrityError, InvalidInputError, NotFoundError, ShowcaseError


@pytest.mark.parametrize(
    "error",
    [
        NotFoundError("Expected it, found nothing.", "Make it."),
        ConflictError("It is busy.", "Wait.", reason="busy"),
        InvalidInputError("It was refused.", "Correct it.", [FieldError("a", "1", "2")]),
        IntegrityError("Other bytes.", "Restore them."),
    ],
    ids=lambda error: error.kind,
)
def test_an_error_survives_the_way_out_of_a_worker(error: ShowcaseError) -> None:
    back = copy.copy(error)  # takes the same way as a worker's answer: reduced and made anew
    assert type(back) is type(error)
    assert (str(back), back.message, back.remedy) == (str(error), error.message, error.remedy)
    assert vars(back) == vars(error)
