# SPDX-License-Identifier: Apache-2.0
"""What both Flask applications answer: the session as JSON, and to a browser as the page that the C server has too."""

from pathlib import Path

from flask import Response, jsonify, make_response, redirect, render_template_string, request, session

PAGE = (Path(__file__).parent / "page.html").read_text()


def answer() -> Response:
    shown = {"server": "Flask", **{key: session.get(key) for key in ("user", "color", "visits")}}
    if "text/html" not in request.headers.get("Accept", ""):
        response = jsonify(shown)
    elif request.path == "/":
        filled_in = {key: "" if value is None else value for key, value in shown.items()}
        response = make_response(render_template_string(PAGE, **filled_in))
    else:  # what was done is not done again when the page is loaded anew
        response = make_response(redirect("/", 303))
    response.vary.add("Accept")
    return response
