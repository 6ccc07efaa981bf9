"""A language model that says what a test wants, and remembers what it was told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from showcase.errors import ProviderError
from showcase.ports import FilledForm, Form, Tick


@dataclass(slots=True)
class ScriptedModel:
    """Fills in every form with `says`, or fails with it."""

    says: Mapping[str, Any] | ProviderError
    told: list[tuple[Form, str, str]] = field(default_factory=list)

    @property
    def name(self) -> str:
        return "openai:scripted"

    def fill_in(self, form: Form, instructions: str, facts: str, tick: Tick) -> FilledForm:
        tick()
        self.told.append((form, instructions, facts))
        if isinstance(self.says, ProviderError):
            raise self.says
        return FilledForm(self.says, 77)
