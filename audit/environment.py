"""What took part in a run: versions of Python and of the packages that did the work."""

import platform
import sys
from importlib.metadata import PackageNotFoundError, version

#: Packages whose version is worth recording, when they took part.
PACKAGES = {
    "assay-audit": "audit", "duckdb": "duckdb", "ibis-framework": "ibis", "pandas": "pandas", "numpy": "numpy", "pandera": "pandera",
    "great_expectations": "great_expectations", "scikit-learn": "sklearn", "torch": "torch", "skorch": "skorch", "fairlearn": "fairlearn",
    "shap": "shap", "skops": "skops",
}  # fmt: skip


def environment() -> dict[str, str]:
    """Return the versions of Python and of the packages that took part."""
    versions = {"python": platform.python_version(), "platform": platform.platform()}
    for distribution, module in PACKAGES.items():
        if module in sys.modules:
            try:
                versions[distribution] = version(distribution)
            except PackageNotFoundError:
                versions[distribution] = str(getattr(sys.modules[module], "__version__", "unknown"))
    return versions
