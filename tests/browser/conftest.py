"""One headless Chromium for all browser tests, driven by selenium; one server for what Jupyter shows."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.browser.serving import serving

BROWSER = (
    shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
)
DRIVER = shutil.which("chromedriver")
FLAGS = (
    "--headless --no-sandbox --disable-gpu --no-first-run --disable-background-networking "
    "--window-size=900,900"
)
# extensions of the server that others install, and that no test asks for anything; they take seconds to load
NBGRADER = ("formgrader", "validate_assignment", "assignment_list", "course_list")
UNUSED = {
    "jupyter_lsp": False,
    **{f"nbgrader.server_extensions.{name}": False for name in NBGRADER},
}


@pytest.fixture
def browser(driver: Any) -> Any:
    """The browser, which has forgotten the page and the complaints of the test before."""
    driver.get("about:blank")
    driver.get_log("browser")
    return driver


@pytest.fixture(scope="session")
def driver() -> Iterator[Any]:
    webdriver = pytest.importorskip("selenium.webdriver", reason="selenium is not installed")
    if not (BROWSER and DRIVER):
        pytest.skip("Chromium and its driver are not installed")
    from selenium.webdriver.chrome.options import Options
    from selenium.webdriver.chrome.service import Service

    options = Options()
    options.binary_location = BROWSER
    for flag in FLAGS.split():
        options.add_argument(flag)
    # no name is looked up: whatever asks for a page from elsewhere gets none, and complains
    options.add_argument("--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1")
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    chromium = webdriver.Chrome(options=options, service=Service(DRIVER))
    yield chromium
    chromium.quit()


@pytest.fixture(scope="session")
def jupyter(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """A server of JupyterLab and Notebook 7: its address, and the folder of its notebooks."""
    for module in ("jupyterlab", "notebook"):
        pytest.importorskip(module, reason=f"{module} is not installed")
    folder = tmp_path_factory.mktemp("jupyter")
    root = folder / "root"
    root.mkdir()
    command = [
        "jupyterlab", "--no-browser", "--allow-root", "--IdentityProvider.token=", f"--ServerApp.root_dir={root}",
        "--LabApp.news_url=None", "--LabApp.extension_manager=readonly", f"--ServerApp.jpserver_extensions={UNUSED}",
        "--LabApp.expose_app_in_browser=True", "--JupyterNotebookApp.expose_app_in_browser=True",
    ]  # fmt: skip
    with serving(command, folder, "/api") as address:
        yield address, root
