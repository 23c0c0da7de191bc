"""Two administrators say what the columns of one file are: the later one is told who changed what, and asked."""

from __future__ import annotations

import re

from tests.conftest import PoolForTests
from tests.console.conftest import Open
from tests.console.test_importing import fields
from tests.import_files.conftest import Files

from poolhouse.audit.model import RecordQuery
from poolhouse.paging import PageRequest
from poolhouse.services import Services

TABLE = b"username;Rank;Li Wei\nann;3;x\n"


def form_in(page: str) -> dict[str, str]:
    return fields(re.findall(r"<form[^>]*/columns.*?</form>", page, re.DOTALL)[0])


async def test_what_somebody_else_said_of_a_column_meanwhile_stands_beside_mine(
    services: Services, pool: PoolForTests, console: Open
) -> None:
    """Nothing is saved or checked before they choose, also where they changed nothing themselves; and the log, which
    says who it was, has no name of a column: that may be a person's."""
    files = Files(services, pool)
    file = await files.uploaded(TABLE)
    first, second = await console("user-editor"), await console("owner")
    assert second.administrator
    here = f"/pools/{{pool}}/import-files/{file.id}"
    columns, at = f"{here}/columns", first.address(f"{here}/columns")

    async def names() -> dict[str, str]:
        return dict((await files.get(file.id)).names)

    mine = form_in((await first.get(columns)).text)
    theirs = form_in((await second.get(columns)).text) | {"key.1": "nickname", "key.2": "name"}
    assert (await second.http.post(at, data=theirs | {"act": "look"})).status_code == 303
    asked = await first.http.post(at, data=mine | {"key.1": "", "key.2": "", "act": "check"})
    assert asked.status_code == 409
    assert f"Changed by {second.administrator.username}" in asked.text
    assert await names() == {"username": "username", "Rank": "nickname", "Li Wei": "name"}
    again = form_in(asked.text) | {"choice.key.1": "theirs", "choice.key.2": "mine", "act": "check"}
    begun = await first.http.post(at, data=again)
    assert (begun.status_code, begun.headers["location"]) == (303, first.address(here)), begun.text
    assert await names() == {"username": "username", "Rank": "nickname", "Li Wei": ""}

    seen = form_in((await first.get(columns)).text)
    theirs = form_in((await second.get(columns)).text) | {"encoding": "big5", "act": "look"}
    assert (await second.http.post(at, data=theirs)).status_code == 303
    unseen = await first.http.post(at, data=seen | {"act": "check"})
    assert unseen.status_code == 409, "what is checked is what the page showed"
    assert (await files.get(file.id)).status == "UPLOADED"
    known = form_in(unseen.text)
    assert known["encoding"] == "big5"
    assert (await first.http.post(at, data=known | {"act": "check"})).headers["location"].endswith(file.id)

    query = RecordQuery(resource_types=("import_file",))
    records = (await services.audit.list_records(pool.administrator, query, PageRequest(1, 10))).items
    assert len(records) == 3
    assert "Wei" not in str(records)


async def test_columns_that_the_file_has_no_more_are_left_to_whoever_changed_them(
    services: Services, pool: PoolForTests, console: Open
) -> None:
    """Another separator makes other columns: what was chosen for those of the old form is of none of them."""
    files = Files(services, pool)
    file = await files.uploaded(TABLE)
    first, second = await console("user-editor"), await console("owner")
    columns = f"/pools/{{pool}}/import-files/{file.id}/columns"
    at = first.address(columns)
    mine = form_in((await first.get(columns)).text)
    theirs = form_in((await second.get(columns)).text) | {"separator": "bar", "act": "look"}
    assert (await second.http.post(at, data=theirs)).status_code == 303
    asked = await first.http.post(at, data=mine | {"key.1": "", "encoding": "big5", "act": "look"})
    assert asked.status_code == 409
    form = form_in(asked.text)
    assert (form["separator"], form["encoding"]) == ("bar", "big5")
    assert form["header.0"] == "username;Rank;Li Wei"
    assert "key.1" not in form
