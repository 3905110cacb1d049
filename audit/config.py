"""The one config file, ``assay.yaml``."""

from collections.abc import Mapping
from pathlib import Path
from types import UnionType
from typing import Annotated, Any, Literal, get_args, get_origin

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from audit.contract.lines import Path as KeyPath
from audit.contract.lines import line_of, load_with_lines
from audit.core.bins import fault
from audit.core.errors import DataError, UsageError, did_you_mean
from audit.core.text_file import read_text_file
from audit.engines.urls import called
from audit.render import FORMATS

FileName = Annotated[str, Field(min_length=1)]
Number = Annotated[float, Field(allow_inf_nan=False, strict=True)]
Text = Annotated[str, BeforeValidator(lambda v: str(v) if isinstance(v, (int, float, bool)) else v)]


def _known_format(name: str) -> str:
    if name not in FORMATS:
        raise ValueError(f"there is no format '{name}'. {did_you_mean(name, FORMATS)}")
    return name


def _ascending(edges: list[float]) -> list[float]:
    if wrong := fault(edges):
        raise ValueError(wrong)
    return edges


Edges = Annotated[list[Number], AfterValidator(_ascending)]
FormatName = Annotated[str, AfterValidator(_known_format)]


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class RolesConfig(_Section):
    """What the columns mean; where silent, the contract's roles serve."""

    target: str | None = None
    task: Literal["classification", "regression"] | None = None
    positive: Text | None = None
    prediction: str | None = None
    score: str | None = None
    champion: str | None = None
    champion_score: str | None = None
    sensitive: list[str] = []
    bins: dict[str, Edges] = {}
    entity: str | None = None
    time: str | None = None
    split: str | None = None
    weight: str | None = None
    key: list[str] = []
    quasi_identifiers: list[str] = []
    consent: str | None = None
    consent_until: str | None = None
    collected: str | None = None
    purpose: str | None = None
    lawful_basis: str | None = None


class SplitConfig(_Section):
    """How rows are shared out."""

    train: float = Field(0.70, gt=0, lt=1)
    validation: float = Field(0.15, gt=0, lt=1)
    test: float = Field(0.15, gt=0, lt=1)
    seed: int = Field(7, ge=0, strict=True)

    @model_validator(mode="after")
    def _whole(self) -> "SplitConfig":
        total = self.train + self.validation + self.test
        if abs(total - 1) > 1e-9:
            raise ValueError(f"train, validation and test must add up to 1; they add up to {total:g}")
        return self


class MitigateConfig(_Section):
    """How unfairness is to be reduced, to show what that would cost."""

    method: str = "threshold_optimizer"
    constraint: Literal[
        "demographic_parity",
        "equalized_odds",
        "true_positive_rate_parity",
        "false_positive_rate_parity",
        "selection_rate_parity",
    ] = "demographic_parity"
    sensitive: str | None = None


class TrainingConfig(_Section):
    """What is trained."""

    candidates: list[str] = Field(["logistic_regression", "hist_gradient_boosting", "torch_mlp"], min_length=1)
    metric: str = "roc_auc"
    features: list[str] | None = None
    exclude: list[str] = []
    mitigate: MitigateConfig | None = None
    max_epochs: int = Field(100, ge=1, strict=True)


class LimitConfig(_Section):
    """A limit that replaces a check's default."""

    low: Number | None = None
    high: Number | None = None
    blocking: bool | None = None
    reason: str | None = None

    @model_validator(mode="after")
    def _in_order(self) -> "LimitConfig":
        if self.low is not None and self.high is not None and self.low > self.high:
            raise ValueError(f"low ({self.low:g}) is above high ({self.high:g}): nothing would ever hold")
        return self


class AuditConfig(_Section):
    """Which checks are on, and with which limits."""

    policy: str = "default"
    limits: dict[str, LimitConfig] = {}
    skip: list[str] = []
    declared_only: bool = False
    champion: FileName | None = None
    fail_on: Literal["error", "failed", "undecided", "warned", "never"] = "failed"


class GateConfig(_Section):
    """What the gate leaves behind."""

    clean: bool = False


class GxConfig(_Section):
    """Where Great Expectations keeps what it found."""

    context: FileName | None = None


class ReportConfig(_Section):
    """What is written where."""

    formats: list[FormatName] = ["html", "json", "junit", "markdown", "sarif"]
    folder: str = "reports"


#: What a config knows of itself, which no file says.
_HIDDEN = frozenset({"base", "file"})


class Config(_Section):
    """A project. Everything but ``data`` has a default; paths are relative to the file."""

    project: str = Field("assay", pattern=r"^[\w][\w.\- ]*$")
    data: FileName
    contract: FileName | None = None
    table: str | None = None
    tables: dict[str, FileName] = {}
    roles: RolesConfig = RolesConfig()
    split: SplitConfig = SplitConfig()
    training: TrainingConfig | None = None
    audit: AuditConfig = AuditConfig()
    gate: GateConfig = GateConfig()
    gx: GxConfig = GxConfig()
    report: ReportConfig = ReportConfig()

    base: Path = Field(Path(), exclude=True)
    file: Path | None = Field(None, exclude=True)

    @property
    def seed(self) -> int:
        """Seed of everything random."""
        return self.split.seed

    @property
    def reports(self) -> Path:
        """Folder that runs are stored in."""
        return self.base / self.report.folder


def project_name(data: str) -> str:
    """Return what a project is called that has no config: after its data."""
    name = "".join(c if c.isalnum() or c in "._- " else "_" for c in called(data))
    return name if name and (name[0].isalnum() or name[0] == "_") else "assay"


def read_config(path: Path) -> Config:
    """Read an ``assay.yaml``.

    Raises
    ------
    UsageError
        The file is missing or wrong: every fault with its line and, for an unknown key, the nearest known one.
    """
    try:
        text = read_text_file(path).decode("utf-8")
    except FileNotFoundError as error:
        raise UsageError(f"there is no config '{path}'. Name one, or give --data and --contract") from error
    except UnicodeDecodeError as error:
        raise UsageError(f"the config '{path}' is not UTF-8 (byte {error.start})") from error
    except OSError as error:
        raise DataError(f"cannot read the config '{path}': {error.strerror}") from error
    document, lines = load_with_lines(text, path.name)
    if not isinstance(document, dict):
        raise UsageError(f"{path.name} is empty or no mapping. Expected at least 'data: FILE'")
    for key in _HIDDEN & document.keys():
        raise UsageError(f"{path.name}:{line_of(lines, (key,))}: unknown key '{key}'. {did_you_mean(key, _fields(Config))}")
    return make_config({**document, "file": path}, path.parent, lines, path.name)


def make_config(document: Mapping[str, Any], base: Path = Path(), lines: Mapping[KeyPath, int] | None = None, name: str = "the config") -> Config:
    """Check a config that was parsed, or put together from command-line options."""
    try:
        return Config(**{**document, "base": base})
    except ValidationError as error:
        raise UsageError("\n".join(_fault(e, lines, name) for e in error.errors())) from error


def _fault(error: Any, lines: Mapping[KeyPath, int] | None, name: str) -> str:
    loc = tuple(error["loc"])
    at = f"{name}:{line_of(lines, loc)}" if lines else name
    where = ".".join(map(str, loc))
    if error["type"] == "extra_forbidden":
        return f"{at}: unknown key '{where}'. {did_you_mean(str(loc[-1]), _fields(_model_at(loc[:-1])))}"
    if error["type"] == "missing":
        return f"{at}: '{where}' is missing"
    return f"{at}: '{where}': {error['msg'].removeprefix('Value error, ').rstrip('.')}; got {error['input']!r}"[:400]


def _fields(model: type[BaseModel]) -> list[str]:
    return [f for f in model.model_fields if f not in _HIDDEN]


def _model_at(loc: tuple[str | int, ...]) -> type[BaseModel]:
    model: type[BaseModel] = Config
    for key in loc:
        field = model.model_fields.get(str(key))
        if field is None:
            continue  # a key of a free mapping, such as a check's code under audit.limits
        found = _section(field.annotation)
        model = found or model
    return model


def _section(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    if get_origin(annotation) is not None or isinstance(annotation, UnionType):
        return next((found for a in get_args(annotation) if (found := _section(a))), None)
    return None
