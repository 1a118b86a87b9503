"""A browser's side of a page, without the browser: the websocket a session speaks, its login, its clicks.

What a session costs the server is the same as from a browser: it keeps large messages and names those it has, sends every
widget's value with each click, and reads until the run is over.
"""

from __future__ import annotations

import http.client
import json
import time
from typing import Any
from urllib.parse import urlencode

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.sync.client import connect

KEPT = 4  # runs after which a browser forgets a message it has not met again


def cookie(port: int, university: str, username: str, password: str) -> str:
    """Logs in; the cookie of the session."""
    ask = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    form = urlencode({"university": university, "username": username, "password": password, "tab": "person"})
    head = {"Content-Type": "application/x-www-form-urlencoded", "Origin": f"http://127.0.0.1:{port}"}
    ask.request("POST", "/auth/login", form, head)
    answer = ask.getresponse()
    answer.read()
    given = answer.getheader("set-cookie")
    if not given:
        raise SystemExit(f"{username}: login refused ({answer.status})")
    return given.split(";")[0]


class Session:
    """One open page. ``elements`` are those on it by their place, as protobufs."""

    def __init__(self, port: int, session_cookie: str, path: str, query: str = "") -> None:
        self.port, self.path, self.query = port, path, query
        self.page_hash = ""
        self.elements: dict[tuple[int, ...], Any] = {}
        self.fragments: dict[tuple[int, ...], str] = {}
        self.values: dict[str, tuple[str, Any]] = {}
        self.kept: dict[str, tuple[int, ForwardMsg]] = {}
        self.runs = self.read = 0
        self.fragment = self.failed = ""
        self.socket = connect(
            f"ws://127.0.0.1:{port}/_stcore/stream", additional_headers={"Cookie": session_cookie}, origin=f"http://127.0.0.1:{port}",
            subprotocols=["streamlit"], max_size=None, compression=None, open_timeout=30,
        )  # fmt: skip

    # --- what a person does ---

    def open(self) -> float:
        """Seconds from asking for the page to its end."""
        return self._run()

    def click(self, key: str) -> float:
        found = self._widget(key)
        kind = "string_trigger_value" if found.DESCRIPTOR.name == "MenuButton" else "trigger_value"
        return self._run({found.id: (kind, True)}, self._fragment(key))

    def choose(self, key: str, value: Any) -> float:
        """Sets a selectbox, buttons side by side or a page number; a grid's rows (a list of numbers)."""
        found = self._widget(key)
        match found.DESCRIPTOR.name:
            case "Selectbox" | "Radio":
                self.values[found.id] = ("string_value", found.options[value % len(found.options)] if isinstance(value, int) else value)
            case "ButtonGroup":
                shown = [one.content or one.content_icon for one in found.options]
                self.values[found.id] = ("string_array_value", [shown[place % len(shown)] for place in ([value] if isinstance(value, int) else value)])
            case "Pagination":
                self.values[found.id] = ("int_value", value)
            case "Dataframe" | "Arrow":
                self.values[found.id] = ("string_value", json.dumps({"selection": {"rows": value, "columns": [], "cells": []}}))
            case "PlotlyChart":
                self.values[found.id] = ("string_value", json.dumps({"selection": {"points": [value], "point_indices": [0], "box": [], "lasso": []}}))
            case other:
                raise KeyError(f"{key} is a {other}")
        return self._run(fragment=self._fragment(key))

    def again(self) -> float:
        """The page once more, nothing changed."""
        return self._run()

    def has(self, key: str) -> bool:
        return any(self._id(one).endswith(f"-{key}") for one in self.elements.values())

    def close(self) -> None:
        self.socket.close()

    # --- what passes through the socket ---

    def _run(self, triggers: dict[str, tuple[str, Any]] | None = None, fragment: str = "") -> float:
        asked = BackMsg()
        run, self.fragment = asked.rerun_script, fragment
        run.query_string, run.page_script_hash, run.fragment_id = self.query, self.page_hash, fragment
        if not self.page_hash:
            run.page_name = self.path
        run.context_info.url, run.context_info.color_scheme = f"http://127.0.0.1:{self.port}/{self.path}", "light"
        run.context_info.timezone, run.context_info.locale = "Asia/Shanghai", "zh-CN"
        run.cached_message_hashes.extend(self.kept)
        for widget, (kind, value) in {**self.values, **(triggers or {})}.items():
            state = run.widget_states.widgets.add(id=widget)
            if kind == "string_array_value":
                state.string_array_value.data.extend(value)
            elif kind == "string_trigger_value":
                state.string_trigger_value.data = str(value)
            else:
                setattr(state, kind, value)
        begun = time.perf_counter()
        self.runs += 1
        self.socket.send(asked.SerializeToString())
        while True:
            message = ForwardMsg()
            raw = self.socket.recv(timeout=60)
            self.read += len(raw)
            message.ParseFromString(raw)
            if message.WhichOneof("type") == "ref_hash":
                place = list(message.metadata.delta_path)
                kept = self.kept[message.ref_hash][1]
                message.CopyFrom(kept)
                del message.metadata.delta_path[:]
                message.metadata.delta_path.extend(place)
                self.kept[message.hash] = (self.runs, kept)
            elif message.metadata.cacheable:
                self.kept[message.hash] = (self.runs, message)
            if self._take(message):
                break
        self.kept = {name: one for name, one in self.kept.items() if self.runs - one[0] < KEPT}
        return time.perf_counter() - begun

    def _take(self, message: ForwardMsg) -> bool:
        """True at the end of the run asked for."""
        match message.WhichOneof("type"):
            case "new_session" if not self.fragment:
                self.elements.clear()
            case "navigation":
                self.page_hash = message.navigation.page_script_hash
            case "page_info_changed":
                self.query = message.page_info_changed.query_string
            case "delta" if message.delta.WhichOneof("type") == "new_element":
                place = tuple(message.metadata.delta_path)
                kind = message.delta.new_element.WhichOneof("type")
                self.elements[place] = getattr(message.delta.new_element, kind)
                self.fragments[place] = message.delta.fragment_id
                if kind == "exception":
                    self.failed = message.delta.new_element.exception.message
            case "script_finished":
                # a script that asks for another run ends early, and the next one follows
                return message.script_finished not in (ForwardMsg.ScriptFinishedStatus.FINISHED_EARLY_FOR_RERUN,)
        return False

    @staticmethod
    def _id(element: Any) -> str:
        return str(getattr(element, "id", ""))

    def _place(self, key: str) -> tuple[int, ...]:
        for place, element in self.elements.items():
            if self._id(element).endswith(f"-{key}"):
                return place
        raise KeyError(f"{self.path}: no {key} among {sorted(self._id(one).rsplit('-', 1)[-1] for one in self.elements.values() if self._id(one))}")

    def _widget(self, key: str) -> Any:
        return self.elements[self._place(key)]

    def _fragment(self, key: str) -> str:
        return self.fragments.get(self._place(key), "")
