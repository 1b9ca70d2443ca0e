"""Compiles what the processes load and takes away what none of them ever does; run once while the image is built.

The image's file system is read-only: what is not compiled here would be compiled at every start. The libraries have
four times as much as is ever loaded.
"""

import importlib
import pkgutil
import re
import shutil
import subprocess
import sysconfig
from pathlib import Path

# What compilers and type checkers read.
SOURCES = {".a", ".c", ".cpp", ".h", ".hpp", ".pxd", ".pxi", ".pyi", ".pyx"}
LIBRARIES = Path(sysconfig.get_path("purelib"))
# Languages of three letters, which nobody here writes in: what is said to their speakers is said in English.
RARE_LANGUAGE = re.compile("[a-z]{3}[._]")
# Imported only when they are needed.
LATE = ("scipy.sparse.csgraph", "sklearn.ensemble", "sklearn.model_selection")
# The towns of all numbers, makers of network cards, the sources of Temporal's core, and the parts of SciPy and
# scikit-learn that forests, boosting, flows and distributions do without.
_SCIPY = ("cluster", "datasets", "differentiate", "fftpack", "io", "odr", "signal")
_SKLEARN = (
    "cluster", "cross_decomposition", "datasets", "feature_extraction", "feature_selection", "gaussian_process",
    "inspection", "manifold", "mixture", "neural_network", "semi_supervised",
)  # fmt: skip
UNUSED = (
    "phonenumbers/geodata", "phonenumbers/carrierdata", "temporalio/bridge/sdk-core", "lxml/includes",
    "numpy/_core/include", "numpy/distutils", "stdnum/oui.dat", "stdnum/imsi.dat",
    *(f"scipy/{part}" for part in _SCIPY), *(f"sklearn/{part}" for part in _SKLEARN),
)  # fmt: skip


def import_everything(root: Path = LIBRARIES) -> None:
    """Every module of ours, which lie in `root`, and with it whatever it imports."""
    for package in ("leadrelay", "services", "workflows"):
        for module in pkgutil.walk_packages([str(root / package)], f"{package}."):
            if not module.name.endswith("__main__"):
                importlib.import_module(module.name)
    for name in LATE:
        importlib.import_module(name)


def trim() -> None:
    """Tests, parts that are unused, and what only a debugger reads."""
    for path in [LIBRARIES / name for name in UNUSED] + list(LIBRARIES.rglob("tests")):
        path.unlink() if path.is_file() else shutil.rmtree(path, ignore_errors=True)
    for path in LIBRARIES.glob("babel/locale-data/*.dat"):
        if RARE_LANGUAGE.match(path.name):
            path.unlink()
    for path in LIBRARIES.rglob("*"):
        if path.suffix in SOURCES and path.is_file():
            path.unlink()
    # Not those in *.libs, which lie where the loader needs them to.
    binaries = [path for path in LIBRARIES.rglob("*.so") if not path.parent.name.endswith(".libs")]
    subprocess.run(["/usr/bin/strip", "--strip-unneeded", *map(str, binaries)], check=True)


if __name__ == "__main__":
    trim()
    import_everything()
