# SPDX-License-Identifier: Apache-2.0
"""A headless Chromium, driven over its DevTools pipe: messages of JSON, each with a zero byte behind it."""

import base64
import contextlib
import fcntl
import json
import os
import select
import signal
import subprocess
import tempfile
import time
from pathlib import Path

PROGRAM = "chromium-headless-shell"

#: Far more than anything takes, also where the machine has other work.
SECONDS = 120


class Browser:
    """Every wait ends, with a TimeoutError, after SECONDS."""

    def __init__(self, commands: int, answers: int):
        self.commands, self.answers, self.received, self.last_id = commands, answers, b"", 0

    @contextlib.contextmanager
    def tab(self):
        """A tab that has no cookie yet, and shares none with others."""
        context = self.send("Target.createBrowserContext")["browserContextId"]
        size = {"width": 1120, "height": 800}
        target = self.send("Target.createTarget", url="about:blank", browserContextId=context, **size)["targetId"]
        yield Tab(self, self.send("Target.attachToTarget", targetId=target, flatten=True)["sessionId"])
        self.send("Target.disposeBrowserContext", browserContextId=context)

    def send(self, method, session=None, **parameters):
        """The result of one command. What happens meanwhile is dropped: what is waited for is asked for."""
        self.last_id += 1
        message = {"id": self.last_id, "method": method, "params": parameters}
        if session:
            message["sessionId"] = session
        os.write(self.commands, json.dumps(message).encode() + b"\0")
        deadline = time.monotonic() + SECONDS
        while (answer := self.receive(deadline)).get("id") != self.last_id:
            pass
        if "error" in answer:
            raise RuntimeError(f"{method}: {answer['error']['message']}")
        return answer["result"]

    def receive(self, deadline):
        while b"\0" not in self.received:
            ready, _, _ = select.select([self.answers], [], [], max(0, deadline - time.monotonic()))
            data = os.read(self.answers, 1 << 16) if ready else b""
            if not data:
                raise TimeoutError("Chromium ended" if ready else "Chromium does not answer")
            self.received += data
        message, _, self.received = self.received.partition(b"\0")
        return json.loads(message)


class Tab:
    def __init__(self, browser: Browser, session: str):
        self.browser, self.session = browser, session

    def send(self, method, **parameters):
        return self.browser.send(method, self.session, **parameters)

    def open(self, address):
        """Loads a page, as if its address was typed."""
        if error := self.send("Page.navigate", url=address).get("errorText"):
            raise RuntimeError(f"{address}: {error}")
        self.wait_for_the_page()

    def press(self, label):
        """Clicks a button that is seen on the page, and waits for the page that it leads to."""
        x, y = self.value_of(
            f"""(() => {{
              const button = [...document.querySelectorAll("button, a")].find(
                (one) => one.innerText.trim() === {json.dumps(label)} && one.checkVisibility());
              const box = button.getBoundingClientRect();
              window.isBeforeThePress = true;
              return [box.x + box.width / 2, box.y + box.height / 2];
            }})()"""
        )
        for kind in ("mousePressed", "mouseReleased"):
            self.send("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", clickCount=1)
        self.wait_for_the_page()

    def wait_for_the_page(self):
        """Until one that nothing was pressed on yet is there with all of its frames."""
        deadline = time.monotonic() + SECONDS
        while not self.value_of("document.readyState === 'complete' && !window.isBeforeThePress"):
            if time.monotonic() > deadline:
                raise TimeoutError("the page does not come")
            time.sleep(0.02)

    def value_of(self, expression, context=None):
        where = {"contextId": context} if context else {}
        try:
            answer = self.send("Runtime.evaluate", expression=expression, returnByValue=True, **where)
        except RuntimeError:  # the page went away meanwhile
            return None
        if "exceptionDetails" in answer:
            raise RuntimeError(answer["exceptionDetails"]["exception"]["description"])
        return answer["result"].get("value")

    def value_of_each_frame(self, expression):
        """By the address of the frame."""
        frames = [child["frame"] for child in self.send("Page.getFrameTree")["frameTree"].get("childFrames", [])]
        worlds = {
            frame["url"]: self.send("Page.createIsolatedWorld", frameId=frame["id"])["executionContextId"]
            for frame in frames
        }
        return {address: self.value_of(expression, world) for address, world in worlds.items()}

    def screenshot(self):
        """The whole page, as PNG."""
        clip = {**self.send("Page.getLayoutMetrics")["cssContentSize"], "scale": 1}
        picture = self.send("Page.captureScreenshot", format="png", clip=clip, captureBeyondViewport=True)
        return base64.b64decode(picture["data"])


@contextlib.contextmanager
def browser():
    """A browser that has never been anywhere, and that asks nobody but whom it is sent to."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as home, contextlib.ExitStack() as files:
        (to_read, commands), (answers, to_write) = os.pipe(), os.pipe()
        for descriptor in (commands, answers):
            files.callback(os.close, descriptor)
        options = ["--remote-debugging-pipe", f"--user-data-dir={home}", "--hide-scrollbars", "--disable-gpu"]
        options += ["--disable-background-networking", "--disable-component-update", "--disable-dev-shm-usage"]
        if os.geteuid() == 0:
            options.append("--no-sandbox")
        # Chromium reads from descriptor 3 and writes to 4, which one of these ends might be.
        read, write = (fcntl.fcntl(end, fcntl.F_DUPFD_CLOEXEC, 10) for end in (to_read, to_write))
        script = f'exec "$@" 3<&{read} 4>&{write} {read}<&- {write}>&-'
        log = files.enter_context((Path(home) / "log").open("wb"))
        process = subprocess.Popen(
            ["bash", "-c", script, "bash", PROGRAM, *options],
            pass_fds=[read, write], stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
        )  # fmt: skip
        for descriptor in (to_read, to_write, read, write):
            os.close(descriptor)
        try:
            browser = Browser(commands, answers)
            yield browser
            browser.send("Browser.close")
            process.wait(SECONDS)
        except (TimeoutError, OSError) as error:
            raise AssertionError(f"{error}\n{(Path(home) / 'log').read_text(errors='replace')}") from error
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)  # its helpers too
                process.wait()
