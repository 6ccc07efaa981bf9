"""Writes docs/story-slots.md from the models of the slots.

python scripts/story_slots.py            write it
python scripts/story_slots.py --check    exit 1 where it is not what the models say
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from showcase.workspaces.story import CONFIG_SCHEMA_VERSION, SLOTS

DOCUMENT = Path(__file__).resolve().parents[1] / "docs" / "story-slots.md"
_HEAD = f"""# The slots of a story

What a workspace remembers of its run, one JSON value a slot; null until it is written. This page is made from the
models in `showcase/workspaces/story.py` by `scripts/story_slots.py`, and a test holds the two together.

`config_schema_version` says which slots a workspace knows; {CONFIG_SCHEMA_VERSION} is written now. A workspace of
version 1 was kept before there were slots: it reads as one whose slots are null, but for `run_config` and
`created_objects`.
"""


def page() -> str:
    """The whole document."""
    parts = [_HEAD]
    for name, (adapter, purpose) in SLOTS.items():
        schema = json.dumps(adapter.json_schema(), indent=2, ensure_ascii=False)
        parts.append(f"## {name}\n\n{purpose}\n\n```json\n{schema}\n```\n")
    return "\n".join(parts)


if __name__ == "__main__":
    if "--check" not in sys.argv:
        DOCUMENT.write_text(page(), encoding="utf-8")
    elif DOCUMENT.read_text(encoding="utf-8") != page():
        sys.exit(f"{DOCUMENT.name} is not what the models say; run `python scripts/story_slots.py`.")
