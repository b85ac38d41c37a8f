"""A page in a real browser: headless Chromium, no network, and what a script finds on the page."""

import json
import re
import shutil
import subprocess
from html import unescape

import pytest

_FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update",
    "--disable-sync", "--disable-quic", "--no-first-run", "--virtual-time-budget=20000", "--dump-dom",
)  # fmt: skip
needs_chromium = pytest.mark.skipif(shutil.which("chromium") is None, reason="no Chromium: pages are not tried in one")


def found_on(path, script, folder):
    """What an asynchronous script returns when it is put at the end of a page, as plain values."""
    probe = f"""<pre id="probe"></pre><script>
      (async () => {{ {script} }})().then(
        (value) => (document.getElementById("probe").textContent = JSON.stringify(value)),
        (error) => (document.getElementById("probe").textContent = JSON.stringify(String(error))));
    </script></body>"""
    page = folder / "probed.html"
    page.write_text(path.read_text().replace("</body>", probe))
    command = [shutil.which("chromium"), *_FLAGS, f"--user-data-dir={folder / 'profile'}", page.as_uri()]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120)
    (text,) = re.findall(r'<pre id="probe">(.*?)</pre>', done.stdout, flags=re.DOTALL)
    return json.loads(unescape(text))
