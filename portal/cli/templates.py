"""Commands about the office's own templates: check them, list their names, show the shipped ones."""

import sys
from typing import Annotated

import typer

from models.settings import settings
from policy.refusals import BadInput, Language
from portal.cli.printing import say, table
from tasks.letters import own
from tasks.letters.words import KINDS

templates = typer.Typer(help="函件模板 Templates of letters.", no_args_is_help=True)


def add_to(app: typer.Typer) -> None:
    app.add_typer(templates, name="templates")


@templates.command(help="核对本单位的模板 Try out the office's own templates.")
def check() -> None:
    folder = settings().home / "templates"
    found = own.read(folder).own
    for name in found:
        say(f"可用  {name}", f"good  {name}")
    say(
        f"“{folder}”中有{len(found)}个模板，均可使用；其余用自带模板。",
        f"{len(found)} templates in “{folder}” are good; the shipped ones stand for the rest.",
    )


@templates.command(help="显示自带模板 Print a shipped template, to be copied.")
def show(
    name: Annotated[str, typer.Argument(help="红色督办函 = red_order; mail.txt; mail.html")] = "",
    lang: Annotated[Language | None, typer.Option("--lang", help="zh-CN | en")] = None,
) -> None:
    """Without a name: the names there are."""
    if not name:
        columns = (("名称", "name"), ("文种", "document"), ("英文", "in English"))
        table(columns, [(rung, kind.zh.document, kind.en.document) for rung, kind in KINDS.items()])
        return
    asked = f"{lang or settings().language}/{name}.txt" if name in KINDS else name
    if asked not in own.KNOWN:
        near = own.nearest(asked)
        raise BadInput(
            f"没有模板“{name}”，您是否要写“{near}”？全部名称：rectify templates show。",
            f"There is no template “{name}”; did you mean “{near}”? For all names: rectify templates show.",
        )
    sys.stdout.write(own.shipped_source(asked))
