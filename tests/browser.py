"""A page in a real browser: headless Chromium without a network, asked over its debugging pipe."""

import base64
import json
import os
import shlex
import shutil
import subprocess
from pathlib import Path
from urllib.parse import urlsplit

import pytest

_FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update",
    "--disable-sync", "--disable-quic", "--no-first-run", "--remote-debugging-pipe",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
)  # fmt: skip
_HERE = ("127.0.0.1", "localhost", None)
"""Hosts that a page may ask; None: a file, or what stands in the page itself."""
_END = b"\0"
SERIOUS = ("serious", "critical")
"""Impacts of findings that no page may have."""
_AXE = Path(__file__).with_name("axe") / "axe.min.js"
needs_chromium = pytest.mark.skipif(shutil.which("chromium") is None, reason="no Chromium: pages are not tried in one")


class LeftError(Exception):
    """The page was left before it answered."""


class Browser:
    """One page at a time.

    Mistakes that the page reports, errors on its console and requests that leave this machine are kept in `errors`;
    they fail the test that closes the browser.
    """

    def __init__(self, folder):
        to_read, self._write = os.pipe()
        self._read, to_write = os.pipe()
        command = shlex.join([shutil.which("chromium"), *_FLAGS, f"--user-data-dir={folder}"])
        self._process = subprocess.Popen(
            ["bash", "-c", f"exec {command} 3<&{to_read} 4>&{to_write}"],
            pass_fds=(to_read, to_write),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.close(to_read)
        os.close(to_write)
        self._n, self._rest, self._session, self._loaders, self._is_loaded = 0, b"", {}, set(), False
        self._target = None
        self.errors = []

    def __enter__(self):
        return self

    def __exit__(self, failure, *_):
        self._process.kill()
        self._process.wait()
        os.close(self._write)
        os.close(self._read)
        assert failure or not self.errors, self.errors

    def open(self, page, width=1280, height=800, *, is_dark=False):
        """`page`: a file, or an address on this machine."""
        former, self._session = self._target, {}
        self._target = self._ask("Target.createTarget", url="about:blank")["targetId"]
        session = self._ask("Target.attachToTarget", targetId=self._target, flatten=True)["sessionId"]
        if former:  # which may be one that goes on asking
            self._ask("Target.closeTarget", targetId=former)
        self._session = {"sessionId": session}
        for domain in ("Page", "Runtime", "Log", "Network"):
            self._ask(f"{domain}.enable")
        self._ask("Page.setLifecycleEventsEnabled", enabled=True)
        self._ask("Performance.enable", timeDomain="threadTicks")
        self.look(width, height, is_dark=is_dark)
        self.go(page if isinstance(page, str) else page.as_uri())

    def look(self, width, height=800, *, is_dark=False):
        """The same page in another window."""
        self._ask(
            "Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=width < 500
        )
        scheme = {"name": "prefers-color-scheme", "value": "dark" if is_dark else "light"}
        self._ask("Emulation.setEmulatedMedia", features=[scheme])

    def go(self, address):
        """Another page in the same window."""
        # The load of the page that is left may be told after the navigation has begun: each has a loader of its own.
        loader = self._ask("Page.navigate", url=address)["loaderId"]
        while loader not in self._loaders:
            self._note(self._next())

    def wait_for_load(self):
        while not self._is_loaded:
            self._note(self._next())

    def press(self, key, code=0, text=""):
        """A key, as typed: `Tab`, `Enter`, or a character."""
        named = {"Tab": 9, "Enter": 13, " ": 32}
        code = code or named.get(key, 0)
        text = text or {"Enter": "\r", " ": " "}.get(key, key if len(key) == 1 else "")
        more = {"text": text} if text else {}
        self._is_loaded = False
        for kind in ("keyDown", "keyUp"):
            self._ask(
                "Input.dispatchKeyEvent",
                type=kind,
                key=key,
                windowsVirtualKeyCode=code,
                **(more if kind == "keyDown" else {}),
            )

    def download_to(self, folder):
        """Files that the page gives are saved there."""
        self._ask("Page.setDownloadBehavior", behavior="allow", downloadPath=str(folder))

    def picture(self, path):
        """The whole page as PNG, to look at."""
        path.write_bytes(self.shot(captureBeyondViewport=True))

    def shot(self, **options):
        """The window as PNG."""
        return base64.b64decode(self._ask("Page.captureScreenshot", **options)["data"])

    def run(self, script):
        """What the body of an asynchronous function returns on the page, as plain values."""
        expression = f"(async () => {{ {script} }})()"
        answer = self._ask("Runtime.evaluate", expression=expression, awaitPromise=True, returnByValue=True)
        assert "exceptionDetails" not in answer, answer["exceptionDetails"]
        return answer["result"].get("value")

    def findings(self, *rules):
        """What axe-core finds on the page, by these of its rules or all: impact, rule and first element."""
        if not self.run("return 'axe' in window"):
            self.run(_AXE.read_text(encoding="utf-8"))
        options = {"resultTypes": ["violations"]} | ({"runOnly": rules} if rules else {})  # no element that passes
        shown = "v => [v.impact, v.id, v.nodes[0].html]"
        return self.run(f"return (await axe.run({json.dumps(options)})).violations.map({shown})")

    def _ask(self, method, **parameters):
        self._n += 1
        request = {"id": self._n, "method": method, "params": parameters, **self._session}
        os.write(self._write, json.dumps(request).encode() + _END)
        while True:
            message = self._next()
            if message.get("id") == self._n:
                if "navigated" in str(message.get("error")):
                    raise LeftError(message["error"])
                assert "error" not in message, message["error"]
                return message["result"]
            self._note(message)

    def _note(self, message):
        method, params = message.get("method"), message.get("params", {})
        if (
            method in ("Runtime.exceptionThrown", "Log.entryAdded")
            or (method == "Runtime.consoleAPICalled" and params["type"] in ("error", "assert"))
            or (method == "Network.requestWillBeSent" and urlsplit(params["request"]["url"]).hostname not in _HERE)
        ):
            self.errors.append(params)
        self._is_loaded |= method == "Page.loadEventFired"
        if method == "Page.lifecycleEvent" and params["name"] == "load":
            self._loaders.add(params["loaderId"])

    def _next(self):
        while _END not in self._rest:
            part = os.read(self._read, 1 << 16)
            assert part, "Chromium has ended"
            self._rest += part
        message, _, self._rest = self._rest.partition(_END)
        return json.loads(message)

    def thread_seconds(self):
        """Processor time that the page's thread has taken, whatever else the machine does meanwhile."""
        metrics = self._ask("Performance.getMetrics")["metrics"]
        return next(metric["value"] for metric in metrics if metric["name"] == "ThreadTime")
