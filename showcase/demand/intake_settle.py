"""Settles judged rows series by series: doubles refused, tables built and put aside part by part."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from showcase.demand.intake_dimensions import PromotionSpans
from showcase.demand.intake_judge import RowJudge
from showcase.demand.intake_parts import LONG_TABLES, Parts
from showcase.demand.intake_report import MAX_LISTED, IntakeRefusedError, RowError, refuse_file
from showcase.demand.intake_series import build_series
from showcase.demand.intake_sort import Integers, ReportNames, sort_rows
from showcase.demand.intake_spool import RowSpool
from showcase.demand.quality import QualityTally

MAX_PROMOTIONS = 1_000_000
SHARE_READ = 0.6
"""The share of the work that is done when all rows have been read."""

Progress = Callable[[float, str], None]
"""Told the share done (0..1) and what is being done; may raise to stop the work."""


@dataclass(frozen=True, slots=True)
class Settled:
    """All series, built: the long tables in parts, the promotions, and each series' median price in cents."""

    parts: Parts
    promotions: pl.DataFrame
    median_prices: pl.DataFrame
    returned_units: int
    days_below_zero: int


def settle_series(
    spool: RowSpool,
    judge: RowJudge,
    names: ReportNames,
    tally: QualityTally,
    errors: Sequence[RowError],
    tell: Progress,
) -> Settled:
    """Build the tables of all spooled rows, in order of the codes; many go to the spool's folder.

    `tally` counts the quality. `errors` are those of single rows, to which the doubles are added; after the first
    refused place the rest is looked through for doubles alone. Raises IntakeRefusedError with all of them.
    """
    ranks = _ranks(judge.stores.positions, names.store_codes), _ranks(judge.products.positions, names.skus)
    last_day = judge.latest[0] if judge.latest else 0
    parts = Parts(spool.folder if spool.is_on_disk else None)
    promotions = PromotionSpans()
    medians = []
    returned_units = days_below_zero = done = 0
    refused = list(errors)
    for bucket in spool.buckets(*ranks):
        done += bucket.size
        rows, doubles, returns = sort_rows(bucket, judge.promo_percents(bucket["promo"]), *ranks, names)
        refused = sorted([*refused, *doubles])[: MAX_LISTED + 1]
        returned_units, days_below_zero = returned_units + returns[0], days_below_zero + returns[1]
        tell(SHARE_READ + (1 - SHARE_READ) * done / spool.rows, f"settled {done} rows")
        if refused:
            continue
        built = build_series(rows, last_day)
        for table in LONG_TABLES:
            parts.add(table, getattr(built, table))
        promotions.add(built.promotion_spans)
        tally.add(built.facts)
        medians.append(built.facts.filter(pl.col("median_price") > 0).select("product", "median_price"))
    if refused:
        raise IntakeRefusedError(names.file_name, refused, names.unit)
    if done < spool.rows:
        raise refuse_file(names.file_name, "key_twice", note="a series has many thousand returns")
    if promotions.count() > MAX_PROMOTIONS:
        raise refuse_file(names.file_name, "promo_count", value=f"{promotions.count()} promotions")
    return Settled(parts, promotions.frame(), pl.concat(medians), returned_units, days_below_zero)


def _ranks(positions: Mapping[str, int], ordered: Sequence[str]) -> Integers:
    ranks = np.empty(len(ordered), dtype=np.int64)
    for rank, code in enumerate(ordered):
        ranks[positions[code]] = rank
    return ranks
