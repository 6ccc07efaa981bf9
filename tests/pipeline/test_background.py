"""A batch that goes on in a thread reads what a batch of the command line reads."""

from __future__ import annotations

import threading

from showcase.pipeline.background import start_batch
from showcase.pipeline.launcher import Launcher
from showcase.services.batch import AskedBatch
from tests.services.subjects import quiet, seed_subject

ASKED = {"operation": "backtest", "scope": {"kind": "all"}, "model_configs": [{"model_type": "regression"}]}


def test_a_batch_reads_the_signals_that_the_data_set_has(launcher: Launcher) -> None:
    services = launcher.services
    subject = seed_subject(services, stores=2, products=2, window_days=90)
    services.enrichment.enrich(subject.data_set, quiet)
    asked = AskedBatch.model_validate(ASKED)
    batch_id = start_batch(launcher, asked)
    for thread in threading.enumerate():
        if thread.name == "batch":
            thread.join(60)
    enriched = services.demand.with_signals(subject.data_set, subject.matrix)
    own = services.portfolio.run(asked.request(subject.data_set.window), subject.data_set, enriched, quiet)
    found, expected = ([item.outcome for item in services.portfolio.items(one)] for one in (batch_id, own.batch_id))
    assert found == expected
    assert None not in found
