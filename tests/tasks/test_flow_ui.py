"""What the portal passes on to Prefect's API: each is a read that Prefect has, and nothing else is."""

import re

import pytest
from prefect.server.api.server import create_api_app

from tasks.flow_ui import FILE, READS, is_read

READING = re.compile(
    "(read|count|paginate|average|download|health|server_version|next_runs_by_flow|(flow|task)_run_history)_"
)


def routes() -> list[tuple[str, str, str]]:
    """Method, path and the name of what answers, of all that Prefect's API does."""
    spec = create_api_app().openapi()["paths"]
    return [
        (method.upper(), path.strip("/"), told["operationId"])
        for path, methods in spec.items()
        for method, told in methods.items()
    ]


@pytest.fixture(scope="module")
def prefect() -> list[tuple[str, str, str]]:
    return routes()


def test_all_that_is_passed_on_is_something_prefect_answers(prefect: list[tuple[str, str, str]]) -> None:
    there = {f"{method} {re.sub('{[^}]+}', '{}', path)}" for method, path, _ in prefect}
    assert {re.sub("{[^}]+}", "{}", read) for read in READS} <= there


def test_nothing_that_writes_or_tells_a_secret_is_passed_on(prefect: list[tuple[str, str, str]]) -> None:
    passed = [x for x in prefect if is_read(x[0], re.sub("{[^}]+}", "0c9ae7c1", x[1]))]
    assert len(passed) == len(READS)
    assert {method for method, *_ in passed} == {"GET", "POST"}
    assert [name for *_, name in passed if not READING.match(name)] == []
    secret = ("block_", "variables", "csrf", "settings", "collections", "input", "templates")
    assert [path for _, path, _ in passed if any(x in path for x in secret) and "count" not in path] == []


@pytest.mark.parametrize(
    "call",
    [
        "POST flow_runs/1/set_state",
        "POST flow_runs/1/resume",
        "POST flow_runs/bulk_delete",
        "POST deployments/1/create_flow_run",
        "POST work_pools/rectify/get_scheduled_flow_runs",
        "POST flow_runs/filter/../1/set_state",
        "POST flow_runs/filter/",
        "GET flow_runs/..",
        "GET flow_runs/1/../../variables/1",
        "DELETE flow_runs/1",
        "PATCH flow_runs/1",
        "GET events/out",
    ],
)
def test_what_is_not_on_the_list_is_refused_however_it_is_written(call: str) -> None:
    assert not is_read(*call.split(" ", 1))


@pytest.mark.parametrize(
    ("path", "is_file"),
    [
        ("assets/index-Dyy5jLiI.js", True),
        ("ico/favicon-32x32.png", True),
        ("runs/flow-run/0c9ae7c1", False),
        ("../../api/variables/x.js", False),
        ("assets/..%2f..%2fx.js", False),
        ("", False),
    ],
)
def test_a_file_of_the_ui_is_told_from_its_pages(path: str, is_file: bool) -> None:
    assert bool(FILE.fullmatch(path)) is is_file
