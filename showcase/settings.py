"""Every setting, one table: read from the environment here and nowhere else."""

from __future__ import annotations

import os
import re
import sys
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Literal
from urllib.parse import unquote, urlsplit

from pydantic import Field, SecretStr, ValidationError, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from showcase.errors import FieldError, InvalidInputError
from showcase.failpoints import Failpoint

PACKAGE = Path(__file__).resolve().parent


def checkout_root() -> Path | None:
    """The folder above the package where it is a checkout (it has pyproject.toml and notebooks/), else None."""
    root = PACKAGE.parent
    return root if (root / "pyproject.toml").is_file() and (root / "notebooks").is_dir() else None


def notebooks_folder() -> Path:
    """Where the served notebooks lie: in the checkout, or inside the installed package."""
    root = checkout_root()
    return root / "notebooks" if root else PACKAGE / "_notebooks"


def guide_folder() -> Path:
    """Where the pages of the user guide lie: in the checkout, or inside the installed package."""
    root = checkout_root()
    return root / "docs" / "user-guide" if root else PACKAGE / "_user_guide"


def default_home() -> Path:
    """`artifacts` in a checkout, the user's data folder when installed."""
    root = checkout_root()
    if root is not None:
        return root / "artifacts"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support" / "showcase"
    return Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share") / "showcase"


def source_date() -> datetime | None:
    """The moment of SOURCE_DATE_EPOCH, the convention for output that is the same bytes each time; None where unset.

    Source: https://reproducible-builds.org/specs/source-date-epoch/
    """
    given = os.environ.get("SOURCE_DATE_EPOCH", "")
    if not given:
        return None
    if not re.fullmatch(r"[0-9]{1,11}", given):
        raise InvalidInputError(
            "SOURCE_DATE_EPOCH should be the whole seconds since 1970.",
            "Correct or unset SOURCE_DATE_EPOCH.",
            [FieldError("SOURCE_DATE_EPOCH", repr(given[:40]), "whole seconds since 1970")],
        )
    return datetime.fromtimestamp(int(given), UTC)


_PERIODS_S = {"minute": 60.0, "hour": 3600.0, "day": 86_400.0}
_RATE_LIMITS = r"^(\s*(runs|imports)=[1-9][0-9]{0,5}/(minute|hour|day)\s*(,|$))*$"


@dataclass(frozen=True, slots=True)
class RateLimit:
    """How many `runs` or `imports` one caller may start in a minute, an hour or a day."""

    what: str
    count: int
    period: str

    @property
    def period_s(self) -> float:
        return _PERIODS_S[self.period]


class Settings(BaseSettings):
    """What can be set from outside; every field is SHOWCASE_<NAME> in the environment."""

    model_config = SettingsConfigDict(env_prefix="SHOWCASE_", frozen=True, extra="ignore", env_ignore_empty=True)

    home: Path = Field(default_factory=default_home, description="The one root of all that is made at run time.")
    database_url: SecretStr | None = Field(
        None,
        description="A PostgreSQL 15 or newer to use in place of the embedded one, as postgresql://user@host/name.",
    )
    port: int = Field(5006, ge=1, le=65535, description="The port of `showcase serve`.")
    address: str = Field("127.0.0.1", description="The address of `showcase serve`; loopback unless set.")
    allowed_hosts: str = Field(
        "", description="More names under which it may be reached, as showcase.example.org, separated by commas."
    )
    allowed_origins: str = Field(
        "", description="Other sites whose pages may use it, as https://portal.example.org, separated by commas."
    )
    api_token: SecretStr | None = Field(
        None, min_length=16, description="A token that every route and socket but /health then asks for."
    )
    operator_token: SecretStr | None = Field(
        None, min_length=16, description="A token that may run and change, and not decide; needs SHOWCASE_API_TOKEN."
    )
    viewer_token: SecretStr | None = Field(
        None, min_length=16, description="A token that may look, and nothing else; needs SHOWCASE_API_TOKEN."
    )
    rate_limits: str = Field(
        "",
        pattern=_RATE_LIMITS,
        description="How many runs and imports one caller may start, as runs=30/hour,imports=5/day; off on loopback.",
    )
    engine: Literal["local", "dask", "spark"] = Field(
        "local", description="What does the work on many series: processes of this machine, Dask or Spark."
    )
    engine_workers: int | None = Field(
        None, ge=1, le=10_000, description="How many buckets it works on at once; this machine's cores by default."
    )
    engine_address: str | None = Field(
        None, description="A cluster to use in place of workers started here, as tcp://host:8786 or spark://host:7077."
    )
    prepared_pages: int | None = Field(
        None, ge=0, le=200, description="How many pages of the console are made ahead; 4 by default, 20 with --warm."
    )
    enable_random_forest: bool = Field(False, description="Switch the model random_forest on.")
    enable_lightgbm: bool = Field(False, description="Switch the model lightgbm on.")
    enable_xgboost: bool = Field(False, description="Switch the model xgboost on.")
    decision_window_s: float = Field(
        10.0, gt=0, le=3600, description="Seconds in which a person can decide what the agent asks."
    )
    on_silence: Literal["nothing", "approve"] = Field(
        "nothing", description="What the end of that window means: nothing is executed, or the question is approved."
    )
    embedding_url: str | None = Field(
        None, description="An embedding service that knowledge asks beside the text search, as http://127.0.0.1:11434."
    )
    embedding_api: Literal["openai", "ollama", "local"] = Field(
        "openai", description="Whose JSON that service speaks; local needs no service."
    )
    embedding_model: str | None = Field(None, description="The model that it is asked for.")
    embedding_key: SecretStr | None = Field(None, description="Its key, sent as a bearer token to that URL alone.")
    agent_model: str | None = Field(
        None, description="A language model that proposes plans and answers questions in place of the rules."
    )
    agent_url: str | None = Field(
        None, description="The service that has it and speaks OpenAI's JSON, as https://host/v1."
    )
    agent_key: SecretStr | None = Field(None, description="Its key, sent as a bearer token to that URL alone.")
    provider_timeout_s: float = Field(
        10.0, gt=0, le=600, description="Seconds that one call to an outside service may take."
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field("warning", description="What is logged.")
    test: bool = Field(False, description="Marks a test process; the settings below it are honoured only then.")
    today: date | None = Field(None, description="Tests only: the day that counts as today.")
    failpoint: str | None = Field(None, description="Tests only: where this process dies, fails or stands still.")

    @field_validator("operator_token", "viewer_token")
    @classmethod
    def _is_a_token_of_its_own(cls, token: SecretStr | None, others: ValidationInfo) -> SecretStr | None:
        given = [others.data.get(name) for name in ("api_token", "operator_token")]
        if token is not None and (given[0] is None or token in given):
            raise ValueError("a token of its own, beside one in SHOWCASE_API_TOKEN")
        return token

    @property
    def has_roles(self) -> bool:
        """Whether some of those who come in may do less than others."""
        return self.operator_token is not None or self.viewer_token is not None

    @property
    def flags_on(self) -> frozenset[str]:
        """The names of the opt-in flags that are on, as the zoo knows them."""
        flags = ("enable_random_forest", "enable_lightgbm", "enable_xgboost")
        return frozenset(f"SHOWCASE_{flag.upper()}" for flag in flags if getattr(self, flag))

    @property
    def hosts_allowed(self) -> tuple[str, ...]:
        """The names of `allowed_hosts`."""
        return _listed(self.allowed_hosts)

    @property
    def origins_allowed(self) -> tuple[str, ...]:
        """The origins of `allowed_origins`."""
        return _listed(self.allowed_origins)

    @property
    def secrets(self) -> tuple[str, ...]:
        """All that may never be shown: the keys, and the password of the database as it is and as it is written."""
        kept = {name: each.get_secret_value() for name, each in self if isinstance(each, SecretStr)}
        written = urlsplit(kept.pop("database_url", "")).password or ""
        return tuple({*kept.values(), written, unquote(written)} - {""})

    @property
    def limits(self) -> tuple[RateLimit, ...]:
        """The limits of `rate_limits`."""
        parts = (re.split("[=/]", part) for part in _listed(self.rate_limits))
        return tuple(RateLimit(what, int(count), period) for what, count, period in parts)

    @property
    def fixed_today(self) -> date | None:
        """SHOWCASE_TODAY where it is honoured, else None."""
        return self.today if self.test else None

    @property
    def armed_failpoint(self) -> Failpoint | None:
        """SHOWCASE_FAILPOINT where it is honoured, else None."""
        return Failpoint.parse(self.failpoint) if self.test and self.failpoint else None


def _listed(text: str) -> tuple[str, ...]:
    return tuple(part.strip().rstrip("/") for part in text.split(",") if part.strip())


def _refused(name: str, found: object, allowed: str) -> FieldError:
    """What is kept secret is not shown where it is refused either."""
    is_secret = "SecretStr" in str(Settings.model_fields[name].annotation)
    allowed = allowed.removeprefix("Input should be ").partition(", unable to parse")[0]
    return FieldError(f"SHOWCASE_{name.upper()}", "a refused value" if is_secret else repr(found), allowed)


def _from_files() -> dict[str, str]:
    """Each secret of which SHOWCASE_<NAME>_FILE names the file, as containers hand them in, without its line end."""
    found = {}
    for name, each in Settings.model_fields.items():
        variable = f"SHOWCASE_{name.upper()}"
        path = os.environ.get(f"{variable}_FILE", "")
        if "SecretStr" not in str(each.annotation) or not path:
            continue
        try:
            found[name] = Path(path).read_text(encoding="utf-8").rstrip("\r\n")
        except (OSError, UnicodeDecodeError) as error:
            raise InvalidInputError(
                f"The file that {variable}_FILE names cannot be read: {getattr(error, 'strerror', 'it is no text')}.",
                f"Correct or unset {variable}_FILE.",
                [FieldError(f"{variable}_FILE", repr(path), "a file that this user can read")],
            ) from None
        if os.environ.get(variable):
            raise InvalidInputError(
                f"{variable} and {variable}_FILE are both set.",
                "Unset one of them.",
                [FieldError(variable, "a value and a file", "one of both")],
            )
    return found


def load_settings(**overrides: object) -> Settings:
    """The settings of this process; InvalidInputError names each variable that was refused."""
    try:
        return Settings(**{**_from_files(), **overrides})  # type: ignore[arg-type]  # pydantic checks them
    except ValidationError as error:
        fields = [_refused(str(entry["loc"][0]), entry["input"], entry["msg"]) for entry in error.errors()]
        raise InvalidInputError(
            "The environment has settings that cannot be used: " + "; ".join(map(str, fields)) + ".",
            "Correct or unset these variables; docs/operations.md lists all of them.",
            fields,
        ) from error
