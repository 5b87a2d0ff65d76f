"""How much is read of whom: files only of who is known; what no browser of ours sends is refused in words."""

import re

import httpx
import pytest

from models.access import sessions
from models.database import database
from models.settings import Settings
from portal.measured import LARGEST_FORM, LARGEST_UPLOAD
from tasks import clock
from tests.portal.calling import client, token_of
from tests.portal.conftest import Visit
from tests.portal.security.walking import walked
from tests.portal.visiting import Visitor, form_of, forms_of, sentence_of

ACT = "/findings/SJ2026-001/acts/report_progress"
A_MB = b"x" * 1024 * 1024


class Stream(httpx.AsyncByteStream):
    """So many megabytes of a file in a form; knows how many were asked for."""

    def __init__(self, megabytes: int) -> None:
        self.megabytes, self.taken = megabytes, 0

    async def __aiter__(self):  # type: ignore[no-untyped-def]  # an iterator of bytes
        yield b'--x\r\nContent-Disposition: form-data; name="files"; filename="a.pdf"\r\n\r\n'
        for _ in range(self.megabytes):
            self.taken += 1
            yield A_MB
        yield b"\r\n--x--\r\n"


async def poured(visitor: httpx.AsyncClient, path: str, megabytes: int, **headers: str) -> tuple[int, int]:
    """What was answered, and how many megabytes were read until then."""
    stream = Stream(megabytes)
    kind = {"Content-Type": "multipart/form-data; boundary=x"}
    request = visitor.build_request("POST", path, headers=kind | headers)
    request.stream = stream
    answer = await visitor.send(request)
    return answer.status_code, stream.taken


@pytest.mark.parametrize("path", ["/mine", "/sign-in", ACT, "/import", "/l/x", "/oidc/return", "/sign-out"])
async def test_of_a_stranger_no_more_is_read_than_a_form_has(visit: Visit, path: str) -> None:
    status, taken = await poured((await visit("")).client, path, 12)
    assert 400 <= status < 500
    assert taken <= LARGEST_FORM // len(A_MB) + 1


async def test_files_are_read_of_who_is_signed_in_and_only_where_they_go(visit: Visit) -> None:
    village = await visit("bingcun")
    assert (await poured(village.client, ACT, 4)) == (403, 4)  # read, and refused for its token
    assert (await poured(village.client, "/account/language", 4))[0] == 413
    assert 200 * len(A_MB) < LARGEST_UPLOAD


async def test_a_program_brings_files_once_its_token_is_known(town: Settings) -> None:
    path = "/api/v1/findings/SJ2026-001/evidence"
    key = {"Idempotency-Key": "files-of-some-size"}
    async with client(town) as program:
        assert (await poured(program, path, 4, Authorization="Bearer rectify_none", **key))[1] <= 3
        known = {"Authorization": f"Bearer {await token_of(town, 'bingcun')}"}
        assert (await poured(program, path, 4, **known, **key)) == (422, 4)


async def test_what_was_typed_beside_large_files_outlives_the_session(town: Settings, visit: Visit) -> None:
    village = await visit("bingcun")
    form = form_of(await village.get(ACT), ACT) | {"text": "已催缴两户"}
    async with database(town).writing() as session:
        await sessions.end(session, sessions.hashed(village.client.cookies["rectify"]), clock.real())
    photos = [("files", (f"{at}.jpg", A_MB * 2, "image/jpeg")) for at in range(3)]
    again = await village.client.post(ACT, data=form, files=photos)
    assert again.status_code == 401, sentence_of(again)
    assert forms_of(again)["/sign-in"]["kept.text"] == "已催缴两户"


async def test_all_text_of_a_form_together_has_its_measure(visit: Visit) -> None:
    village = await visit("bingcun")
    fields = [(f"field_{at}", (None, A_MB[: 200 * 1024])) for at in range(20)]
    answer = await village.client.post(ACT, files=fields)
    assert answer.status_code == 400


@pytest.mark.parametrize("charset", ["unicode_escape", "utf-7", "punycode", "undefined", "idna", "x"])
@pytest.mark.parametrize("path", ["/sign-in", "/mine"])
async def test_a_form_in_an_alphabet_of_its_own_is_refused(visit: Visit, charset: str, path: str) -> None:
    body = b'--x\r\nContent-Disposition: form-data; name="account"\r\n\r\n\\ud800+2AA-\r\n--x--\r\n'
    kind = {"Content-Type": f"multipart/form-data; boundary=x; charset={charset}"}
    answer = await (await visit("")).client.post(path, content=body, headers=kind)
    assert answer.status_code == 400


@pytest.mark.parametrize("origin", ["http://[", "http://[::1", "http://a:b@[", "null", "\\"])
async def test_an_origin_that_is_none_is_not_ours(visit: Visit, origin: str) -> None:
    answer = await (await visit("")).client.post("/sign-in", headers={"Origin": origin})
    assert answer.status_code == 403


@pytest.mark.parametrize("version", ["9" * 25, "9" * 5000, "-1", "²"])
async def test_a_version_that_no_finding_has_is_an_old_one(visit: Visit, version: str) -> None:
    village: Visitor = await visit("bingcun")
    said = {"text": "已催缴两户", "percent": "90", "version": version}
    assert (await village.send(await village.get(ACT), ACT, said)).status_code in {303, 400, 409}


@pytest.mark.parametrize("number", ["9" * 11, "9" * 5000])
async def test_a_number_that_no_row_can_have_is_not_found(town: Settings, visit: Visit, number: str) -> None:
    office = await visit("zhenggaiban")
    token = form_of(await office.get("/findings"), "/sign-out")
    for route in walked(town):
        if not re.search(r"\{(number(:int)?|\w+_id)\}", route.path) or route.path.startswith("/api/"):
            continue
        address = re.sub(r"\{[^}]+\}", number, route.path)
        for method in sorted(route.methods):
            answer = await office.client.request(method, address, data=token if method == "POST" else None)
            assert answer.status_code in {400, 404}, (method, route.path, answer.status_code)
