"""A whole township for tests: Prefect, worker and mail server as real processes, acts by command line."""

import json
import os
import signal
import sqlite3
import sys
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import httpx

from models.settings import Settings
from tests.commands import rectify
from tests.flows.prefect_house import Child, PrefectHouse, free_port, wait_for

PEOPLE = """unit,kind,parent,post,roles,person,account,mailbox,phone,from,to,substitute
甲乡,township,,,,,,,,,,
整改办,office,甲乡,整改办主任,inspector;inspection_office,检查员,inspector,inspector@x.example,,2026-01-01,,
纪委,office,甲乡,纪委书记,supervisor;verifier,督办员,verifier,verifier@x.example,,2026-01-01,,
党委,office,甲乡,党委书记,approver;first_responsible,书记,approver,approver@x.example,,2026-01-01,,
甲村,village,甲乡,甲村书记,owner;party_head;unit_head,村书记,owner,owner@x.example,,2026-01-01,,
"""
AS_OF = "2026-11-20"
OPENING = (
    *("--set", "title=村口排洪沟淤堵", "--set", "source=督查", "--set", "condition=排洪沟被建筑垃圾堵塞。"),
    *("--set", "unit=甲村", "--set", "post=甲村书记", "--set", "deadline_type=立行立改"),
    *("--set", "supervisor=纪委书记", "--set", "verifier=纪委书记"),
)


@dataclass
class Township:
    """One data folder with everything that runs on it. Stop it at the end."""

    home: Path
    environment: dict[str, str] = field(default_factory=dict)
    parts: dict[str, Child] = field(default_factory=dict)

    def __post_init__(self) -> None:
        config = Settings(_env_file=None, home=self.home, flow_ui_port=free_port())
        self.prefect = PrefectHouse(config)
        mailbox = str(free_port())
        self.environment = {
            **{k: v for k, v in os.environ.items() if not k.startswith(("PREFECT_", "RECTIFY_"))},
            "RECTIFY_HOME": str(self.home),
            "RECTIFY_AS_OF": AS_OF,
            "RECTIFY_FLOW_UI_PORT": str(config.flow_ui_port),
            "RECTIFY_MAILBOX_PORT": mailbox,
            "RECTIFY_SMTP_HOST": "127.0.0.1",
            "RECTIFY_SMTP_PORT": mailbox,
            "RECTIFY_SMTP_SECURITY": "none",
            "RECTIFY_RUN_LEASE": "3",
            "RECTIFY_SQUARE_EVERY": "1",
            "RECTIFY_ROUND_EVERY": "0.5",
            "RECTIFY_MAIL_ANY_TIME": "true",
        }
        (self.home / "demo").touch()

    def start(self, part: str, **more: str) -> Child:
        """Start `worker` or `mailbox`, with more settings than usual."""
        ours = self.environment | {f"RECTIFY_{name.upper()}": value for name, value in more.items()}
        child = Child([sys.executable, "-m", "portal.cli", part], ours, self.home / f"{part}.log")
        child.start()
        self.parts[part] = child
        return child

    def run(self, *words: str, faults: str = "") -> "CompletedProcess[str]":
        environment = self.environment | ({"RECTIFY_FAULTS": faults} if faults else {})
        return rectify(*words, environment=environment)

    def rectify(self, *words: str) -> str:
        """What the command printed; it has to succeed."""
        done = self.run(*words)
        assert done.returncode == 0, f"{words}: {done.stderr}{done.stdout}"
        return done.stdout

    def ask(self, *words: str) -> Any:
        return json.loads(self.rectify(*words, "--json"))

    def people(self) -> None:
        file = self.home / "people.csv"
        file.write_text(PEOPLE, encoding="utf-8")
        self.rectify("people", "import", str(file))

    def opened(self) -> str:
        """A new finding, assigned to the village."""
        return str(self.ask("open", "--by", "inspector", *OPENING)["number"])

    def act(self, number: str, act: str, by: str, *words: str) -> None:
        self.rectify("act", number, act, "--by", by, *words)

    def file(self, name: str = "清淤照片.pdf") -> str:
        path = self.home / name
        path.write_bytes(b"%PDF-1.4 evidence")
        return str(path)

    def api(self, path: str, body: Mapping[str, object] | None = None) -> Any:
        """Prefect's own answer; POST with a body, GET without."""
        user, _, password = self.prefect.auth.partition(":")
        with httpx.Client(base_url=self.prefect.url, auth=(user, password), timeout=20) as client:
            answer = client.get(path) if body is None else client.post(path, json=body)
        answer.raise_for_status()
        return answer.json()

    def run_of(self, number: str) -> dict[str, Any]:
        """The run that guides the finding: our row names it, Prefect describes it."""
        rows = self.rows("SELECT flow_run_id FROM run WHERE finding = ? ORDER BY generation DESC", number)
        if not rows or not rows[0][0]:
            return {}
        body = {"flow_runs": {"id": {"any_": [rows[0][0]]}}}
        return next(iter(self.api("/flow_runs/filter", body)), {})

    def rows(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        """Straight from the database file, as it stands."""
        with closing(sqlite3.connect(f"file:{self.home / 'rectify.db'}?mode=ro", uri=True)) as db:
            return db.execute(query, values).fetchall()

    def live_runs(self) -> list[dict[str, Any]]:
        states = ["SCHEDULED", "PENDING", "RUNNING", "PAUSED"]
        body = {
            "flows": {"name": {"any_": ["rectify"]}},
            "flow_runs": {"state": {"type": {"any_": states}}},
        }
        return list(self.api("/flow_runs/filter", body))

    def stands_at(self, number: str, state: str, seconds: float = 40) -> dict[str, Any]:
        """Wait until the finding's run shows this state name in Prefect."""
        seen: dict[str, Any] = {}

        def reached() -> bool:
            seen.update(self.run_of(number))
            return str(seen.get("state_name", "")).startswith(state)

        wait_for(reached, seconds, f"{number} at {state}, is {seen.get('state_name')}")
        return seen

    def mails(self) -> list[Any]:
        """What the mail server has accepted, oldest first."""
        files = sorted((self.home / "mailbox").glob("*.eml"))
        return [message_from_bytes(file.read_bytes(), policy=default) for file in files]

    def told(self, number: str) -> list[str]:
        """Who got a mail about the finding, oldest first; the mail may carry letters on others too."""
        return [
            mail["To"].addresses[0].addr_spec
            for mail in self.mails()
            if number in mail.get_body(("plain",)).get_content()
        ]

    def end(self) -> None:
        for child in self.parts.values():
            child.end(signal.SIGTERM if child.alive() else signal.SIGKILL)
        self.prefect.kill()


@contextmanager
def inhabited(home: Path, *parts: str) -> Iterator[Township]:
    """A township with its Prefect server, its people and these parts running; ended at the end."""
    place = Township(home)
    place.prefect.start()
    try:
        place.people()
        for part in parts:
            place.start(part)
        yield place
    finally:
        place.end()
