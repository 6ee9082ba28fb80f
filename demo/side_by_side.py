# SPDX-License-Identifier: Apache-2.0
"""The page that shows the servers of each half side by side, and the server of it."""

from __future__ import annotations

import contextlib
import html
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from string import Template

PAGE = Template("""<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>One session on two servers</title>
<style>
  body { max-width: 66rem; margin: 0 auto; padding: 1.5rem; background: #f4f5f7; color: #1d2430;
         font: 16px/1.5 "Helvetica Neue", "Liberation Sans", Arial, sans-serif; }
  header { display: flex; flex-wrap: wrap; align-items: baseline; justify-content: space-between;
           margin: 0 1rem; }
  h1 { font-size: 1.75rem; line-height: 1.2; margin: 0; }
  h2 { font-size: 1.15rem; margin: 1.25rem 1rem 0; }
  p { margin: .25rem 1rem; color: #667085; }
  a { color: #2f6fd0; }
  div { display: flex; flex-wrap: wrap; }
  iframe { flex: 1 1 24rem; height: 19.5rem; border: 0; }
  @media (max-width: 40rem) { iframe { height: 22.5rem; } }
</style>
<header><h1>One session on two servers</h1><a href="/">Load all anew</a></header>
<p>Each panel is the page of another server. Log in on one, change the color on the other, load all anew.</p>
$halves
</html>
""")


def page(halves: list[tuple[str, str, list[str]]]) -> str:
    """Of the title, a sentence and the addresses of each half."""
    shown = ""
    for title, says, addresses in halves:
        frames = "".join(f'<iframe title="{title}" src="{address}"></iframe>' for address in addresses)
        shown += f"<h2>{html.escape(title)}</h2>\n<p>{html.escape(says)}</p>\n<div>{frames}</div>\n"
    return PAGE.substitute(halves=shown)


@contextlib.contextmanager
def serving(text: str) -> Iterator[str]:
    """Serves one page on a free port, by a thread, and answers with its address."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200 if self.path == "/" else 404)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.end_headers()
            self.wfile.write(text.encode() if self.path == "/" else b"")

        def log_message(self, *_: object) -> None:
            """Says nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/"
        finally:
            server.shutdown()
