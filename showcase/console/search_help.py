"""The query language in words, made from its own tables, and a refused search with its place."""

from __future__ import annotations

from collections.abc import Iterable

from showcase.console.shelf import place_of
from showcase.console.text import plain, words
from showcase.errors import ShowcaseError
from showcase.workspaces.search import FIELDS, FLAGS

_EXAMPLES = (
    ("price backfires", "both words, in the name, the notes or a tag"),
    ("scenario:sparse wape<20 NOT pinned", "sparse runs under 20 %, but those that are pinned"),
    ("(holiday OR sparse) created>=2026-11-01", "either, made in November or later"),
    ('tag:"two words"', "a value with a space is quoted"),
)
_MEASURED = ("number", "day")


def search_help_html() -> str:
    """Fields, signs, claims and examples; all of it our own words."""
    fields = ((f"<code>{name}</code>", says) for name, (_, says) in FIELDS.items())
    measured = words(f"<code>{name}</code>" for name, (kind, _) in FIELDS.items() if kind in _MEASURED)
    claims = ((f"<code>{name}</code>", says) for name, says in FLAGS.items())
    examples = ((f"<code>{plain(text)}</code>", says) for text, says in _EXAMPLES)
    return (
        "<p>Words beside one another must all be found. <code>AND</code>, <code>OR</code>, <code>NOT</code> and "
        "parentheses join them; the same line works in <code>showcase workspaces list --search</code>.</p>"
        f"<h3>Examples</h3>{_list(examples, 'wide')}"
        "<h3>Fields</h3><p>Each is followed by <code>:</code> and a value; "
        f"{measured} also by <code>=</code>, <code>&lt;</code>, <code>&lt;=</code>, <code>&gt;</code> or "
        f"<code>&gt;=</code>.</p>{_list(fields)}"
        f"<h3>Claims</h3>{_list(claims)}"
    )


def refusal_html(refusal: ShowcaseError, text: str) -> str:
    """A search that cannot be read, its place marked, with what was expected there."""
    before, rest = place_of(refusal, text)
    at, after = (rest[:1], rest[1:]) if rest else ("", "")
    marked = plain(at) if at else "&nbsp;"
    shown = f'<code class="typed">{_kept(before)}<mark>{marked}</mark>{_kept(after)}</code>'
    return f'<p role="alert">{shown}<br><span class="bad">{plain(refusal.message)}</span> {plain(refusal.remedy)}</p>'


def _kept(text: str) -> str:
    return plain(text) if text else ""


def _list(rows: Iterable[tuple[str, str]], kind: str = "") -> str:
    return f'<dl class="{kind}">{"".join(f"<dt>{name}</dt><dd>{says}</dd>" for name, says in rows)}</dl>'
