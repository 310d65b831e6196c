"""What the Python tests share: where the real models are, and the folder of the built package."""

import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

if (ROOT / "build" / "python_packages").is_dir():
    sys.path.insert(0, str(ROOT / "build" / "python_packages"))
sys.path.insert(0, str(ROOT / "test"))  # the package `oracle`
sys.path.insert(0, str(ROOT))  # the package `bench`


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--build", default=str(ROOT / "build"), help="build tree whose package and programs are tested")
    parser.addoption(
        "--models", default=str(ROOT / ".." / "shared" / "models"), help="folder with the real models, in its onnx/"
    )
    parser.addoption("--oracle", default=str(ROOT / "build/oracle"), help="where the vendor's chip model is installed")
    parser.addoption("--bmodels", help="folder with bmodels of other compilers, to compare on both machines")
    parser.addoption("--oracle-cases", type=int, default=10, help="random commands tried of each form")
    parser.addoption("--oracle-all", action="store_true", help="also run the bmodels that take the chip model minutes")


def pytest_configure(config: pytest.Config) -> None:
    packages = Path(str(config.getoption("--build"))).resolve() / "python_packages"
    if packages != ROOT / "build" / "python_packages":
        sys.path.insert(0, str(packages))


@pytest.fixture(scope="session")
def programs(request: pytest.FixtureRequest) -> Path:
    """The folder of the built programs."""
    return Path(str(request.config.getoption("--build"))).resolve() / "bin"


@pytest.fixture(scope="session")
def models(request: pytest.FixtureRequest) -> Path:
    """The folder of real ONNX models; tests that need it are skipped where it is absent."""
    folder = Path(request.config.getoption("--models")).resolve() / "onnx"
    if not folder.is_dir():
        pytest.skip(f"no models in {folder}; give their folder with --models")
    return folder
