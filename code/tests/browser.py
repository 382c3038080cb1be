# SPDX-License-Identifier: GPL-2.0-only
"""Debian's Chromium, without a window, told what to do over a pipe.

It speaks the DevTools protocol: JSON messages, each ended by a NUL, read from
its descriptor 3 and written to its descriptor 4. So nothing but Python is needed.
"""
import base64
import json
import os
import select
import shutil
import subprocess
import sys
import tempfile
import time

NAMES = ("chromium", "chromium-browser", "google-chrome")


def find():
    return next((path for path in map(shutil.which, NAMES) if path), None)


# 3 and 4 may be in use here: they are moved to there on the other side.
MOVED = """import fcntl, os, sys
told, said = (fcntl.fcntl(int(n), fcntl.F_DUPFD, 10) for n in sys.argv[1:3])
os.dup2(told, 3)
os.dup2(said, 4)
os.execv(sys.argv[3], sys.argv[3:])"""


class BrowserError(Exception):
    pass


class Browser:
    """One process, one tab; events that come meanwhile are kept for take()."""

    def __init__(self, patience=120):
        self.patience, self.last, self.left, self.events = patience, 0, b"", []
        self.home = tempfile.TemporaryDirectory(prefix="kit-chromium-", ignore_cleanup_errors=True)
        told, tell = os.pipe()
        hear, said = os.pipe()
        command = [find(), "--headless", "--remote-debugging-pipe", "--no-first-run",
                   "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars",
                   "--allow-file-access-from-files=false", "--disable-extensions",
                   "--disable-background-networking", "--disable-component-update",
                   f"--user-data-dir={self.home.name}"]
        if os.getuid() == 0:
            command.append("--no-sandbox")
        self.process = subprocess.Popen(
            [sys.executable, "-c", MOVED, str(told), str(said), *command, "about:blank"],
            pass_fds=(told, said), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL, env={**os.environ, "HOME": self.home.name})
        os.close(told)
        os.close(said)
        self.tell, self.hear = tell, hear
        self.session = None
        target = next(t for t in self.call("Target.getTargets")["targetInfos"]
                      if t["type"] == "page")
        self.session = self.call("Target.attachToTarget", targetId=target["targetId"],
                                 flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log"):
            self.call(f"{domain}.enable")

    def close(self):
        self.process.kill()
        self.process.wait()
        os.close(self.tell)
        os.close(self.hear)
        self.home.cleanup()

    def message(self, until):
        while b"\0" not in self.left:
            ready, _, _ = select.select([self.hear], [], [], max(0, until - time.monotonic()))
            if not ready:
                raise BrowserError(f"Chromium said nothing for {self.patience} s")
            got = os.read(self.hear, 1 << 20)
            if not got:
                raise BrowserError("Chromium ended before its answer was there")
            self.left += got
        said, _, self.left = self.left.partition(b"\0")
        return json.loads(said)

    def call(self, method, **parameters):
        self.last += 1
        asked = {"id": self.last, "method": method, "params": parameters}
        if self.session:
            asked["sessionId"] = self.session
        data = json.dumps(asked).encode() + b"\0"
        while data:
            data = data[os.write(self.tell, data):]
        until = time.monotonic() + self.patience
        while True:
            said = self.message(until)
            if said.get("id") == self.last:
                if "error" in said:
                    raise BrowserError(f"{method}: {said['error']['message']}")
                return said["result"]
            if "method" in said:
                self.events.append(said)

    def wait(self, method):
        """Until such an event has come; those before it stay for take()."""
        until = time.monotonic() + self.patience
        while not any(e["method"] == method for e in self.events):
            said = self.message(until)
            if "method" in said:
                self.events.append(said)

    def take(self):
        events, self.events = self.events, []
        return events

    def run(self, script):
        """What a script in the page has for a value; a promise is waited for."""
        done = self.call("Runtime.evaluate", expression=script, awaitPromise=True,
                         returnByValue=True)
        if "exceptionDetails" in done:
            raise BrowserError(done["exceptionDetails"].get("exception", {}).get("description")
                               or done["exceptionDetails"]["text"])
        return done["result"].get("value")

    def view(self, width, dark, height=800):
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height,
                  deviceScaleFactor=1, mobile=False)
        self.call("Emulation.setEmulatedMedia", features=[
            {"name": "prefers-color-scheme", "value": "dark" if dark else "light"},
            {"name": "prefers-reduced-motion", "value": "reduce"}])

    def press(self, key, code, text=""):
        """A key, down and up."""
        for kind in ("keyDown", "keyUp"):
            self.call("Input.dispatchKeyEvent", type=kind, key=key, code=key,
                      windowsVirtualKeyCode=code, text=text if kind == "keyDown" else "")

    def open(self, url):
        """Load a page; what its scripts complained of."""
        self.take()
        # From one page of a file to another anchor of it would load nothing.
        self.call("Page.navigate", url=url)
        self.wait("Page.loadEventFired")
        return self.complaints()

    def complaints(self):
        wrong = []
        for event in self.take():
            said = event.get("params", {})
            if event["method"] == "Runtime.exceptionThrown":
                details = said["exceptionDetails"]
                wrong.append(details.get("exception", {}).get("description") or details["text"])
            elif event["method"] == "Log.entryAdded" and said["entry"]["level"] == "error":
                wrong.append(f"{said['entry']['text']} {said['entry'].get('url', '')}".strip())
            elif event["method"] == "Runtime.consoleAPICalled" and said["type"] == "error":
                wrong.append(" ".join(str(a.get("value", a.get("description"))) for a in said["args"]))
        return wrong

    def picture(self, file, whole=False):
        shot = self.call("Page.captureScreenshot", captureBeyondViewport=whole)
        with open(file, "wb") as f:
            f.write(base64.b64decode(shot["data"]))
