"""Templates compiled once a worker: every test has an app of its own, which would do it anew."""

from __future__ import annotations

import flask
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket


class CompiledOnce(BytecodeCache):
    """Keeps the code of templates as long as the process lives."""

    def __init__(self) -> None:
        self._code: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if bucket.key in self._code:
            bucket.bytecode_from_string(self._code[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._code[bucket.key] = bucket.bytecode_to_string()


_KEPT = CompiledOnce()


def compile_once(app: flask.Flask) -> flask.Flask:
    """Let an app take over what another one has compiled."""
    app.jinja_env.bytecode_cache = _KEPT
    return app
