"""report.html of a bundle: one file that opens offline, with no script, and with every text escaped."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping

from showcase.bundles import report_result as result
from showcase.bundles import report_story as story
from showcase.bundles.content import BundleContent
from showcase.bundles.markup import Markup, element, join
from showcase.bundles.report_facts import ReportFacts
from showcase.bundles.report_style import STYLE

REPORT = "report.html"
_PARTS = (
    (result.forecast, "forecast", "Forecast"),
    (result.leaderboard, "leaderboard", "Leaderboard"),
    (result.truth, "truth", "Against the truth"),
    (result.folds, "folds", "Folds"),
    (story.verdict, "verdict", "Verdict"),
    (result.plans, "plans", "What-if plans"),
    (story.approvals, "approvals", "Approvals"),
    (story.knowledge, "knowledge", "Knowledge"),
    (story.steps, "steps", "Steps"),
    (story.configuration, "configuration", "Configuration"),
    (story.proof, "proof", "Proof"),
)
"""The parts of the page in their order; one that has nothing to tell is left out."""


def write_report(content: BundleContent, tables: Mapping[str, bytes]) -> bytes:
    """The report of a workspace; `tables` are its stored tables by what they hold, as Parquet.

    Equal content gives equal bytes. Nothing is loaded and nothing can be run: the page's own policy says so.
    """
    facts = ReportFacts(content, tables)
    drawn = [(part, name, title) for make, name, title in _PARTS if (part := make(facts)) is not None]
    links = [element("a", title, href=f"#{name}") for _, name, title in drawn]
    page = element(
        "html",
        _head(facts),
        element(
            "body",
            element("header", element("div", _opening(facts), element("nav", links, aria_label="Parts"))),
            element("main", result.figures(facts), [part for part, _, _ in drawn]),
            element("footer", f"Made by showcase from workspace {content.workspace_id}."),
        ),
        lang="en",
    )
    return f"<!doctype html>\n{page}\n".encode()


def _head(facts: ReportFacts) -> Markup:
    seal = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{seal}'; base-uri 'none'; form-action 'none'"
    return element(
        "head",
        element("meta", charset="utf-8"),
        element("meta", http_equiv="Content-Security-Policy", content=policy),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("meta", name="referrer", content="no-referrer"),
        element("title", f"{_title(facts)}: forecasting report"),
        element("style", Markup(STYLE)),
    )


def _title(facts: ReportFacts) -> str:
    return str(facts.workspace["name"] or f"Workspace {facts.content.workspace_id[:8]}")


def _opening(facts: ReportFacts) -> Markup:
    workspace = facts.workspace
    reason = facts.summary.get("reason")
    return join(
        element("p", "Demand forecasting report", class_="kind"),
        element("h1", _title(facts)),
        element(
            "p",
            f"Preset {workspace['scenario']}, kept on {workspace['created_at'][:10]}, ",
            result.mark(workspace["status"]),
            f" {reason}" if reason else None,
        ),
        element("p", "Workspace ", element("code", facts.content.workspace_id)),
    )
