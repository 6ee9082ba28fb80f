# SPDX-License-Identifier: Apache-2.0
"""What is plain goes past Flask's tags, and comes out as Flask has it, to the byte."""

import json
import random
import uuid
from datetime import datetime, timezone

import pytest
from flask import Flask
from flask.json.provider import DefaultJSONProvider
from flask.json.tag import JSONTag, TaggedJSONSerializer
from markupsafe import Markup

from swiftsession._plain import has_tags, is_plain
from swiftsession.flask import CookieSessionInterface


class Text(str):
    __slots__ = ()


class Table(dict):
    pass


class Page(Text):
    __slots__ = ()

    def __html__(self):
        return f"<p>{self}</p>"


LEAVES = [
    *(None, True, False, 0, -1, 2**70, 1.5, float("inf"), "", "a", "\u00e9\u4e16", "\ud800", " t", "\0", '"', "\\"),
    *((), (1, "a"), b"\x00\xff", Markup("<b>"), Text("x"), Page("x"), uuid.UUID(int=7), Table(a=1)),
    datetime(2026, 1, 31, tzinfo=timezone.utc),
]
KEYS = ["a", "b", "", " t", " b", " d", " di", " m", " u", " x", "t", "\u00e9", Text("c")]


def value(chance, depth=0, leaves=99):
    kind = chance.random()
    if depth > 3 or kind < 0.5:
        return chance.choice(LEAVES[:leaves])
    if kind < 0.75:
        return [value(chance, depth + 1, leaves) for _ in range(chance.randrange(4))]
    return {chance.choice(KEYS): value(chance, depth + 1, leaves) for _ in range(chance.randrange(4))}


def interface_and_app(provider=None):
    app = Flask("json")
    if provider is not None:
        app.json = provider(app)
    return CookieSessionInterface(), app


@pytest.mark.parametrize("leaves", [13, 99])
def test_random_values_are_written_and_read_as_flask_does(leaves):
    interface, app = interface_and_app()
    flasks, chance, plain = TaggedJSONSerializer(), random.Random(1), 0
    with app.app_context():
        for _ in range(5000):
            values = {"v": value(chance, 0, leaves), chance.choice(KEYS): value(chance, 0, leaves)}
            plain += is_plain(values)
            text = interface._dumps(values)
            assert text == flasks.dumps(values)
            assert repr(interface._loads(text)) == repr(flasks.loads(text))
    assert plain > 100  # or it was no test


@pytest.mark.parametrize(
    "text",
    [
        '{" t":[1]}',
        '{ " t" : [1]}',
        '{"\\u0020t":[1]}',
        '{"\\u0020di":{" t__":1}}',
        '{"a":{" b":"AA=="}}',
        '{"a" : 1}',
        "[1]",
        '{"a":NaN,"b":1e999}',
        '{"a":"x \\" t"}',
    ],
)
def test_every_spelling_of_a_tag_is_read(text):
    interface, app = interface_and_app()
    with app.app_context():
        assert repr(interface._loads(text)) == repr(TaggedJSONSerializer().loads(text))


def test_tags_are_looked_for_in_spellings_of_the_space():
    assert has_tags('{" t":1}') and has_tags('{"\\u0020t":1}') and has_tags('[{\r\n\t "\\u0020t":1}]')
    assert not has_tags('{"t ":" t","u":"\\u0020"}')


def test_the_applications_json_is_asked():
    class Other(DefaultJSONProvider):
        def dumps(self, obj, **kwargs):
            return json.dumps({"other": 1})

        def loads(self, s, **kwargs):
            return {"other": 2}

    interface, app = interface_and_app(Other)
    with app.app_context():
        assert interface._dumps({"a": 1}) == '{"other": 1}'
        assert interface._loads('{"a":1}') == {"other": 2}
    interface, app = interface_and_app()
    flasks = TaggedJSONSerializer()
    with app.app_context():
        assert interface._dumps({"b": 1, "a": "\u00e9"}) == '{"a":"\\u00e9","b":1}'
        app.json.sort_keys, app.json.ensure_ascii = False, False
        assert (
            interface._dumps({"b": 1, "a": "\u00e9"}) == flasks.dumps({"b": 1, "a": "\u00e9"}) == '{"b":1,"a":"\u00e9"}'
        )
        app.json.loads = lambda text, **_: {"other": 3}
        assert interface._loads('{"a":1}') == {"other": 3}


def test_registered_tags_are_used():
    class TagNumber(JSONTag):
        key = "n"

        def check(self, value):
            return value == 7

        def to_json(self, value):
            return "seven"

        def to_python(self, value):
            return 7

    interface, app = interface_and_app()
    with app.app_context():
        assert interface._dumps({"a": 7}) == '{"a":7}'
        interface.serializer.register(TagNumber, index=0)
        assert interface._dumps({"a": 7}) == '{"a":{"n":"seven"}}'
        assert interface._loads('{"a":{"n":"seven"}}') == {"a": 7}


def test_outside_of_an_application_it_is_flasks_too():
    interface, _ = interface_and_app()
    values = {"b": 1, "a": (2,)}
    assert interface._dumps(values) == TaggedJSONSerializer().dumps(values)
    assert interface._loads('{"a":{" t":[2]}}') == {"a": (2,)}


def test_a_cycle_is_refused_as_flask_does():
    interface, app = interface_and_app()
    values = {"a": []}
    values["a"].append(values)
    with app.app_context(), pytest.raises(RecursionError):
        interface._dumps(values)
