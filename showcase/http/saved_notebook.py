"""A notebook as it was saved, as a page in which nothing runs."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Mapping
from html import escape
from pathlib import Path

import bleach
import nbformat
from nbconvert import HTMLExporter
from nbformat import NotebookNode

from showcase.http.gallery import Notebook
from showcase.http.page import html_page

POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"
"""What the page may load: nothing but its own styles and pictures; no script runs, whatever a cell holds."""

_TAGS = (
    "a", "abbr", "b", "blockquote", "br", "code", "dd", "div", "dl", "dt", "em", "h2", "h3", "h4", "hr", "i", "li",
    "ol", "p", "pre", "span", "strong", "sub", "sup", "table", "tbody", "td", "th", "thead", "tr", "ul",
)  # fmt: skip
"""What the text and the outputs of a notebook may hold of markup; all else is shown as it was written."""


def saved_page(notebook: Notebook, path: Path, *, is_dark: bool = False) -> str:
    """Text, code and saved outputs of a notebook; what they hold of markup is sanitised."""
    read = nbformat.reads(path.read_text(encoding="utf-8"), as_version=4)
    if read.cells and read.cells[0].cell_type == "markdown" and read.cells[0].source.startswith("# "):
        # the page has the title already
        read.cells[0].source = read.cells[0].source.partition("\n")[2]
    pictures = _taken_out(read)
    exporter = HTMLExporter(
        template_name="basic", sanitize_html=True, exclude_input_prompt=True, exclude_output_prompt=True
    )
    exporter.register_filter("clean_html", _cleaned)
    body, _ = exporter.from_notebook_node(read)
    for place, image in pictures.items():
        body = body.replace(place, image)
    address = "../notebooks?theme=dark" if is_dark else "../notebooks"
    back = f'<p class="back"><a href="{address}">All notebooks</a> · shown as it was saved; nothing runs here</p>'
    return html_page(notebook.title, _STYLE, f"{back}\n{body}", is_dark=is_dark)


def _taken_out(read: NotebookNode) -> Mapping[str, str]:
    """Replace each picture by a word that nobody can have written, and return what stands for it in the page.

    An image element runs no script and loads nothing, whatever its SVG holds.
    """
    pictures: dict[str, str] = {}
    for cell in read.cells:
        for output in cell.get("outputs", ()):
            svg = output.get("data", {}).get("image/svg+xml")
            if svg is not None:
                place = f"picture-{secrets.token_hex(16)}"
                coded = base64.b64encode("".join(svg).encode()).decode("ascii")
                told = escape("".join(output.data.get("text/plain", "a picture")), quote=True)
                pictures[place] = f'<img class="drawn" alt="{told}" src="data:image/svg+xml;base64,{coded}">'
                output.data = {"text/html": f"<p>{place}</p>"}
    return pictures


def _cleaned(markup: str | bytes) -> str:
    """nbconvert's own filter of this name does not know paragraphs, and would show them as text."""
    text = markup.decode("utf-8") if isinstance(markup, bytes) else markup
    return str(bleach.clean(text, tags=_TAGS, attributes={"a": ["href", "title"], "*": ["class"]}))


_STYLE = """\
.back { margin: -8px 0 16px; color: var(--quiet); }
a { color: var(--accent); }
.cell { margin: 0 0 14px; }
.jp-InputArea pre, .input_area pre, .highlight pre {
  margin: 0; padding: 10px 14px; background: var(--surface); border: 1px solid var(--line); border-radius: 6px; }
pre { font: 12.5px/1.5 ui-monospace, 'DejaVu Sans Mono', monospace; overflow-x: auto; white-space: pre; }
.output_subarea pre, .jp-OutputArea pre { white-space: pre-wrap; }
.output_subarea pre, .jp-OutputArea pre { margin: 6px 0 0; padding: 6px 14px; border-left: 3px solid var(--accent); }
img.drawn { display: block; width: 100%; max-width: 960px; margin: 8px 0; }
.anchor-link { display: none; }
.highlight .k, .highlight .kn, .highlight .ow { color: var(--accent); font-weight: 600; }
.highlight .s1, .highlight .s2, .highlight .si { color: var(--good); }
.highlight .c1 { color: var(--quiet); }"""
