"""The same life with DBOS: a workflow per finding that waits by `recv` for each act, which `send` brings.

Run as a process of its own by `recorded`: `python -m tests.benchmarks.dbos_life URL`. To DBOS's advantage
its steps check nothing and ask nothing: they only write the finding, its chained event, a letter and an
addressee, in one transaction with DBOS's own record of the step; and the acts of a life are sent without
waiting for the workflow to have taken in the one before.
"""

import hashlib
import json
import sys
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

from dbos import DBOS, SQLAlchemyDatasource
from sqlalchemy import create_engine, text

from tests.benchmarks.starting import serve

ACTS = ("accept", "attach_evidence", "submit", "pass_verification", "approve_closure")
LETTERS = frozenset({"submit", "pass_verification", "approve_closure"})
TABLES = """
CREATE TABLE finding (number text PRIMARY KEY, version int NOT NULL, stage text NOT NULL, said text NOT NULL);
CREATE TABLE event (finding text REFERENCES finding, seq int, act text NOT NULL, by text NOT NULL,
  at timestamptz NOT NULL, said text NOT NULL, previous text NOT NULL, hash text NOT NULL,
  PRIMARY KEY (finding, seq));
CREATE TABLE letter (id serial PRIMARY KEY, finding text REFERENCES finding, rung text NOT NULL,
  state text NOT NULL, UNIQUE (finding, rung));
CREATE TABLE addressee (letter int REFERENCES letter, post int, PRIMARY KEY (letter, post));
"""
CONDITION = "两项支出由支委会直接决定，缺少村民代表会议记录。"


def make_tables(url: str) -> None:
    engine = create_engine(url)
    with engine.begin() as connection:
        for statement in filter(str.strip, TABLES.split(";")):
            connection.execute(text(statement))
    engine.dispose()


class Life:
    """The workflow and its steps over one database."""

    def __init__(self, url: str) -> None:
        self.rows = SQLAlchemyDatasource.create(url, engine_kwargs={"pool_size": 20, "max_overflow": 20})
        step = self.rows.transaction(isolation_level="READ COMMITTED")
        self.open, self.record = step(self._open), step(self._record)

        @DBOS.workflow()
        def life(number: str) -> None:
            head = self.open(number)
            for seq in range(2, len(ACTS) + 2):
                head = self.record(number, seq, DBOS.recv(timeout_seconds=600), head)

        self.run = life

    def _open(self, number: str) -> str:
        self._sql("INSERT INTO finding VALUES (:number, 1, 'assigned', :said)", number=number, said=CONDITION)
        self._letter(number, "open")
        return self._event(number, 1, "open", "0" * 64)

    def _record(self, number: str, seq: int, act: str, head: str) -> str:
        self._sql(
            "UPDATE finding SET version = :seq, stage = :act WHERE number = :number AND version = :before",
            number=number,
            seq=seq,
            act=act,
            before=seq - 1,
        )
        if act in LETTERS:
            self._letter(number, act)
        return self._event(number, seq, act, head)

    def _event(self, number: str, seq: int, act: str, head: str) -> str:
        content = json.dumps({"finding": number, "seq": seq, "act": act}, sort_keys=True)
        hash_ = hashlib.sha256(f"{head}\n{content}".encode()).hexdigest()
        self._sql(
            "INSERT INTO event VALUES (:number, :seq, :act, 'owner', now(), '', :head, :hash)",
            number=number,
            seq=seq,
            act=act,
            head=head,
            hash=hash_,
        )
        return hash_

    def _letter(self, number: str, rung: str) -> None:
        self._sql(
            "WITH one AS (INSERT INTO letter (finding, rung, state) VALUES (:number, :rung, 'queued')"
            " RETURNING id) INSERT INTO addressee SELECT id, 1 FROM one",
            number=number,
            rung=rung,
        )

    def _sql(self, statement: str, **values: object) -> None:
        self.rows.sql_session().execute(text(statement), values)


def main(url: str) -> None:
    DBOS(
        config={
            "name": "rectify-benchmark",
            "system_database_url": url,
            "application_version": "1",
            "executor_id": uuid4().hex,
            "log_level": "ERROR",
            "sys_db_pool_size": 30,
        }
    )
    life = Life(url)
    DBOS.launch()

    def one(_: int) -> None:
        number = uuid4().hex
        handle = DBOS.start_workflow(life.run, number)
        for act in ACTS:
            DBOS.send(handle.workflow_id, act)
        handle.get_result()

    def lives(number: int, at_once: int) -> None:
        with ThreadPoolExecutor(at_once) as pool:
            list(pool.map(one, range(number)))

    serve(lives)
    DBOS.destroy()


if __name__ == "__main__":
    main(sys.argv[1])
