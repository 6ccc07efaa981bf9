"""The long-table contract: the one set of column names that every table of series uses."""

STORE = "store_id"
PRODUCT = "product_id"
SERIES = "series"
DATE = "date"
UNITS = "units"
CUTOFF = "cutoff"
MODEL = "model"
FOLD = "fold"
STEP = "step"
ACTUAL = "actual"
FORECAST = "forecast"
LEVELS = (80, 95)


def bound_columns(level: int) -> tuple[str, str]:
    """The names of the lower and upper bound of a prediction interval at `level` percent."""
    return f"lo{level}", f"hi{level}"
