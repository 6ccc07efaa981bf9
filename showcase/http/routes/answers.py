"""The base of answers that promise some keys and may have more."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Open(BaseModel):
    """More keys may stand beside the promised ones."""

    model_config = ConfigDict(extra="allow")
