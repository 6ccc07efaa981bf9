"""The page /docs: every operation of the OpenAPI document, from this server alone."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from html import escape
from typing import Any

from fastapi import APIRouter, FastAPI
from fastapi.responses import HTMLResponse

from showcase.http.page import html_page
from showcase.http.schema_text import body_fields, type_text

_METHODS = ("get", "post", "put", "patch", "delete")


def reference_router(app: FastAPI) -> APIRouter:
    """GET /docs. Swagger's own page loads its program from another machine, which nothing of ours does."""
    router = APIRouter()
    made: list[str] = []

    @router.get("/docs", response_class=HTMLResponse, include_in_schema=False)
    def docs() -> str:
        """The page, made once."""
        if not made:
            made.append(reference_page(app.openapi()))
        return made[0]

    return router


def reference_page(document: Mapping[str, Any]) -> str:
    """The page as HTML, everything in it escaped."""
    groups = [(tag["name"], tag["description"], list(_operations(document, tag["name"]))) for tag in document["tags"]]
    sections = [
        f'<section id="{escape(name)}"><h2>{escape(name)}</h2><p>{escape(told)}</p>{"".join(found)}</section>'
        for name, told, found in groups
        if found
    ]
    links = [f'<a href="#{escape(name)}">{escape(name)}</a>' for name, _, found in groups if found]
    main = (
        f"<p>{escape(document['info']['description'])}</p>"
        f'<nav>{"".join(links)}<a href="openapi.json">openapi.json</a></nav>{"".join(sections)}'
    )
    return html_page(f"HTTP, version {document['info']['version']}", _STYLE, main)


def _operations(document: Mapping[str, Any], tag: str) -> Iterator[str]:
    for path, operations in document["paths"].items():
        for method in _METHODS:
            operation = operations.get(method)
            if operation is not None and tag in operation["tags"]:
                yield _operation(document, method, path, operation)


def _operation(document: Mapping[str, Any], method: str, path: str, operation: Mapping[str, Any]) -> str:
    rows = [
        (f"{one['name']} ({one['in']})", type_text(document, one["schema"]), one.get("description", ""))
        for one in operation.get("parameters", ())
    ]
    if "requestBody" in operation:
        rows += [(f"{name} (body)", kind, told) for name, kind, told in body_fields(document, operation["requestBody"])]
    answers = [(status, "", told["description"]) for status, told in operation["responses"].items()]
    return (
        f"<details><summary><b>{method.upper()}</b> <code>{escape(path)}</code></summary>"
        f"<p>{escape(operation.get('description', ''))}</p>"
        f"{_table('takes', rows)}{''.join(_examples(operation))}{_table('answers', answers)}</details>"
    )


def _examples(operation: Mapping[str, Any]) -> Iterator[str]:
    for content in operation.get("requestBody", {}).get("content", {}).values():
        for name, example in content.get("examples", {}).items():
            body = json.dumps(example["value"], indent=1, ensure_ascii=False)
            yield f"<p>{escape(name)}:</p><pre>{escape(body)}</pre>"


def _table(title: str, rows: list[tuple[str, str, str]]) -> str:
    if not rows:
        return ""
    cells = "".join(
        f"<tr><td><code>{escape(name)}</code></td><td>{escape(kind)}</td><td>{escape(told)}</td></tr>"
        for name, kind, told in rows
    )
    return f"<table><caption>{title}</caption><tbody>{cells}</tbody></table>"


_STYLE = """\
a { color: var(--accent); margin-right: 16px; }
h2 { font-size: 18px; margin: 32px 0 0; text-transform: capitalize; }
details { background: var(--surface); border: 1px solid var(--line); border-radius: 8px; margin: 8px 0;
          padding: 8px 16px; }
summary { cursor: pointer; }
pre { background: var(--ground); border-radius: 4px; padding: 8px; margin: 8px 0; overflow-x: auto; }
summary b { display: inline-block; min-width: 64px; color: var(--accent); }
table { border-collapse: collapse; width: 100%; margin: 8px 0; }
caption { text-align: left; font-weight: 700; }
td { border-top: 1px solid var(--line); padding: 4px 8px 4px 0; vertical-align: top; color: var(--quiet); }
td:first-child { width: 34%; color: var(--ink); }"""
