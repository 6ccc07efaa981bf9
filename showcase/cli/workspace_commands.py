"""All that `showcase workspaces` offers, joined from the modules that do it."""

from __future__ import annotations

from showcase.cli import bundles, library, relations, replays
from showcase.cli.workspaces import app

app.command("edit")(library.edit)
app.command("bulk")(library.bulk)
app.command("undo")(library.undo)
app.command("delete")(library.delete)
app.command("searches")(library.searches)
app.command("replay")(replays.replay)
app.command("compare")(relations.compare)
app.command("lineage")(relations.lineage)
app.command("health")(relations.health)
app.command("export")(bundles.export)
