"""What people write and who they are is in our database and their mails: in no log, and not in Prefect.

Prefect may hold number, unit, title and dates of a finding, as the flow UI shows them; of a confidential
one the number alone.
"""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.flows.prefect_house import free_port, wait_for
from tests.flows.township import PEOPLE, Township

pytestmark = pytest.mark.server

MARK = b"canary"
PLACED = ("post=甲村书记", "supervisor=纪委书记", "verifier=纪委书记")
ONLY_OURS = ("condition", "root_cause", "objective", "round_name", "source_doc", "item", "category")


def canaried() -> str:
    people = PEOPLE.replace("@x.example", "@canary.example")
    for name in ("检查员", "督办员", "书记", "村书记"):
        people = people.replace(f",{name},", f",{name}CANARY,")
    return people


def sets(*pairs: str) -> list[str]:
    return [word for pair in pairs for word in ("--set", pair)]


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Township]:
    """A township in which two findings, one confidential, were carried on with canaries in every field."""
    town = Township(tmp_path_factory.mktemp("canaries"))
    town.environment["RECTIFY_PORTAL_PORT"] = str(free_port())
    town.environment["RECTIFY_WORKER_PORT"] = str(free_port())
    town.prefect.start()
    try:
        file = town.home / "people.csv"
        file.write_text(canaried(), encoding="utf-8")
        town.rectify("people", "import", str(file))
        for part in ("mailbox", "worker", "portal"):
            town.start(part)
        for secret in (False, True):
            live(town, secret=secret)
        trouble(town)
        yield town
    finally:
        town.end()


def live(town: Township, *, secret: bool) -> None:
    """One life, with every text that can be said on the way."""
    title = ["title=CANARY机密标题", "confidential=是"] if secret else ["title=村口排洪沟淤堵"]
    said = [f"{name}=CANARY{name}" for name in ONLY_OURS]
    words = sets(*title, *said, "source=督查", "unit=甲村", *PLACED, "deadline_type=限期整改")
    number = str(town.ask("open", "--by", "inspector", *words)["number"])
    town.stands_at(number, "待认领")
    evidence = town.file("CANARY会议记录.pdf")
    for act, by, said in (
        ("dispute", "owner", ["reason=CANARY异议"]),
        ("uphold", "inspector", ["reason=CANARY维持"]),
        ("accept", "owner", []),
        ("file_plan", "owner", ["measures=1.CANARY措施一；2.CANARY措施二", "objective=CANARY目标"]),
        ("approve_plan", "inspector", ["text=CANARY同意"]),
        ("report_progress", "owner", ["text=CANARY进展", "percent=50"]),
        ("request_extension", "owner", ["reason=CANARY延期", "deadline=2027-06-30"]),
    ):
        town.act(number, act, by, *sets(*said))
    town.act(number, "attach_evidence", "owner", "--evidence", evidence)
    town.stands_at(number, "整改中")
    wait_for(lambda: bool(town.told(number)), 40, "mails have gone out")


def trouble(town: Township) -> None:
    """What makes processes complain: addresses nobody knows, a Prefect that is away, a broken database."""
    portal = f"http://127.0.0.1:{town.environment['RECTIFY_PORTAL_PORT']}"
    for path in ("/findings/CANARY", "/?unit=CANARY", "/CANARY", "/mailbox/CANARY.eml"):
        httpx.get(portal + path, timeout=20)
    town.prefect.stop()
    wait_for(lambda: "Prefect is away" in town.parts["worker"].said(), 40, "the worker says Prefect is away")
    town.prefect.start()
    for file in town.home.glob("rectify.db*"):
        file.rename(file.with_name(f"{file.name}.away"))
    (town.home / "rectify.db").write_bytes(b"CANARY no database" * 1000)
    httpx.get(portal + "/", timeout=20)
    done = town.run("show", "CANARY")
    assert done.returncode != 0


def logs(town: Township) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in town.home.rglob("*.log")}


def test_the_canaries_are_in_our_database_and_in_the_mails(lived: Township) -> None:
    """Otherwise the tests below could not fail."""
    ours = b"".join(path.read_bytes() for path in lived.home.glob("rectify.db*.away"))
    for name in (*ONLY_OURS, "异议", "措施一", "进展", "延期"):
        assert f"CANARY{name}".encode() in ours, name
    assert "村书记CANARY".encode() in ours
    assert any(mail["To"].addresses[0].addr_spec == "owner@canary.example" for mail in lived.mails())


def test_no_log_holds_what_people_wrote_or_who_they_are(lived: Township) -> None:
    kept = logs(lived)
    assert {"worker.log", "portal.log", "mailbox.log", "server.log"} <= set(kept)
    assert b"Prefect" in kept["worker.log"]
    said = [line for text in kept.values() for line in text.splitlines() if MARK in line.lower()]
    assert said == []
    titles = [name for name, text in kept.items() if "排洪沟".encode() in text]
    assert titles == []


def test_prefect_holds_no_more_than_its_users_may_read(lived: Township) -> None:
    lived.prefect.stop()
    folder = lived.home / "prefect"
    kept = {
        path.name: path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and "ui" not in path.parts
    }
    assert any("排洪沟".encode() in text or b"\\u6392\\u6d2a" in text for text in kept.values())
    found = {name: near(text) for name, text in kept.items() if MARK in text.lower()}
    assert found == {}


def near(text: bytes) -> str:
    at = text.lower().index(MARK)
    return text[max(0, at - 100) : at + 60].decode(errors="replace")


def test_the_files_of_this_test_are_where_it_looks(lived: Township) -> None:
    assert Path(lived.home / "prefect" / "prefect.db").stat().st_size > 100_000
