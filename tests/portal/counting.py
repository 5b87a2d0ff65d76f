"""How many statements a page asks of the database, whoever reads it: the door's, the page's, all of them."""

from models.database import database
from tests.models.statements import counted
from tests.portal.visiting import Visitor


async def statements(visitor: Visitor, path: str) -> list[str]:
    """Those sent for one page, once it has been read before: what is kept is kept."""
    await visitor.get(path)
    with counted(database(visitor.config)) as sent:
        page = await visitor.get(path)
    assert page.status_code == 200, page.status_code
    return list(sent)
