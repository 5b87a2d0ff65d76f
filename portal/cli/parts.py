"""Commands that run: up, and its parts server, worker, portal, mailbox."""

import asyncio
import os
import shlex
import signal
import sys
from pathlib import Path
from typing import Annotated

import typer

from models.keeping import home
from models.settings import LogFormat, Settings, SmtpSecurity, settings
from portal import demonstration
from portal.cli import runs
from portal.cli.printing import line, out, say
from portal.cli.running import override, ready
from portal.supervisor import Part, refuse_taken, supervise
from tasks import clock, logs, prefect_server, prefect_shared
from tasks.letters.own import paper

DEMO_FOLDER = Path("demo-data")
READY_WITHIN = 90.0


def add_to(app: typer.Typer) -> None:
    app.command(help="启动全部 Everything on one machine.")(up)
    app.command(help="启动 Prefect 服务 The Prefect server.")(server)
    app.command(help="启动 Prefect 后台服务 Its background services, apart from it.")(services)
    app.command(help="升级两个数据库 Bring both databases to this version.")(migrate)
    app.command(help="启动执行进程 The worker.")(worker)
    app.command(help="启动整改台账网页 The portal.")(portal)
    app.command(help="启动演示邮箱 The demo's mail server.", hidden=True)(mailbox)


def up(
    demo: Annotated[bool, typer.Option("--demo", help="演示数据 The sample township.")] = False,
    as_of: Annotated[str, typer.Option("--as-of", help="演示时钟 Like 2026-11-20.")] = "",
    data: Annotated[str, typer.Option("--data", help="数据目录 The data folder.")] = "",
    portal_port: Annotated[int | None, typer.Option("--portal-port", help="台账端口")] = None,
    flow_ui_port: Annotated[int | None, typer.Option("--flow-ui-port", help="流程界面端口")] = None,
    mailbox_port: Annotated[int | None, typer.Option("--mailbox-port", help="演示邮箱端口")] = None,
) -> None:
    """Start every part, restart one that dies, stop all on Ctrl-C."""
    if demo:
        folder = data or os.environ.get("RECTIFY_HOME", "") or str(DEMO_FOLDER)
        override(home=folder, as_of=as_of or os.environ.get("RECTIFY_AS_OF") or demonstration.AS_OF)
    override(home=data, as_of=as_of)
    override(portal_port=portal_port, flow_ui_port=flow_ui_port, mailbox_port=mailbox_port)
    override(home=settings().home.absolute())
    if demo:
        override(
            smtp_host="127.0.0.1", smtp_port=settings().mailbox_port, smtp_security=SmtpSecurity.NONE.value
        )
    parts = _parts(settings(), demo)
    refuse_taken(parts)
    asyncio.run(_up(parts, demo))


def _parts(config: Settings, demo: bool) -> list[Part]:
    parts = [
        Part("server", ["server"], config.flow_ui_port, "--flow-ui-port"),
        Part("portal", ["portal"], config.portal_port, "--portal-port"),
        Part("worker", ["worker"]),
    ]
    if demo:
        parts.insert(0, Part("mailbox", ["mailbox"], config.mailbox_port, "--mailbox-port"))
    return parts


async def _up(parts: list[Part], demo: bool) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for kind in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(kind, stop.set)
    paper(settings().home)
    db = await ready()
    if demo:
        imported = await demonstration.fill(db)
        say(f"示例台账：新增{imported}条。", f"Sample ledger: {imported} findings taken in.")
    await db.close()
    announcing = asyncio.create_task(_announce(demo, stop))
    kept = home.logs(settings().home)
    logs.begin("up", LogFormat.JSON, kept / "up.log")
    await supervise(parts, kept, stop, say)
    announcing.cancel()
    say("已全部停止。", "Everything is stopped.")


async def _announce(demo: bool, stop: asyncio.Event) -> None:
    """The addresses, once the parts answer."""
    config = settings()
    until = asyncio.get_running_loop().time() + READY_WITHIN
    with out.status("正在启动… starting…"):
        while not await runs.answers(config) and not stop.is_set():
            if asyncio.get_running_loop().time() > until:
                say(
                    f"Prefect 服务迟迟没有应答，请看 {config.home / 'logs'}。",
                    f"The Prefect server does not answer; see {config.home / 'logs'}.",
                )
                return
            await asyncio.sleep(0.5)
    _print_addresses(config, demo)


def _print_addresses(config: Settings, demo: bool) -> None:
    portal_at = f"http://{config.portal_host}:{config.portal_port}"
    lines = [
        ("整改台账  ledger  ", f"{portal_at}/"),
        ("流程界面  flow UI ", f"{portal_at}{prefect_server.UI_BASE}/"),
    ]
    if demo:
        lines.insert(2, ("邮箱      mailbox ", f"{portal_at}/mailbox"))
    line()
    for label, value in lines:
        line(f"  {label}  {value}")
    line()
    if demo:
        say(
            f"时钟 {clock.today()}。另开一个窗口，试办一件：",
            f"The clock says {clock.today()}. In another window, carry one finding on:",
        )
        command = f"{shlex.quote(sys.argv[0])} act DC2026-002 accept --by jicun"
        line(f"  {_moved(config)} {command}")
        line()
        say(
            f"登录用下列帐号之一，密码都是 {demonstration.PASSWORD}：",
            f"Sign in as one of these; the password is {demonstration.PASSWORD}:",
        )
        for account, words in demonstration.WORTH_TRYING:
            line(f"  {account:<12} {' '.join(words)}")
        line()
    if not config.smtp_host:
        say("尚未设置邮件服务器（RECTIFY_SMTP_HOST），函件先存发件箱。", "No mail server is set: mails wait.")
    say("按 Ctrl-C 停止。", "Ctrl-C stops everything.")


def _moved(config: Settings) -> str:
    """What another window has to know of this demo."""
    told = {"RECTIFY_HOME": str(config.home), "RECTIFY_AS_OF": config.as_of}
    if config.flow_ui_port != Settings.model_fields["flow_ui_port"].default:
        told["RECTIFY_FLOW_UI_PORT"] = str(config.flow_ui_port)
    return " ".join(f"{name}={shlex.quote(value)}" for name, value in told.items())


def server(
    no_services: Annotated[
        bool, typer.Option("--no-services", help="不含后台服务 Its background services run elsewhere.")
    ] = False,
) -> None:
    """The Prefect server, in this process, with the environment of `tasks/prefect_server.py`."""
    environment = _server_environment()
    if no_services:
        environment |= prefect_server.WITHOUT_SERVICES
    _become(prefect_server.server_command(settings()), environment)


def services() -> None:
    """Prefect's background services, for servers that run without; several may run at once."""
    _become(prefect_server.services_command(), _server_environment())


def migrate() -> None:
    """Our database first, then Prefect's. May be repeated; servers are started after it."""
    environment = _server_environment()
    asyncio.run(_closed_again())
    _become(prefect_server.migrate_command(), environment | prefect_server.PATIENT)


async def _closed_again() -> None:
    await (await ready()).close()


def _server_environment() -> dict[str, str]:
    config = settings()
    home.prepare(config)
    prefect_shared.refuse_unshared(config)
    environment = prefect_server.server_environment(config)
    prefect_server.refuse_unsafe(environment, config.prefect_host)
    return environment


def _become(command: list[str], environment: dict[str, str]) -> None:
    os.execve(command[0], command, prefect_server.child_environment(environment))  # noqa: S606


def worker() -> None:
    """Takes runs from the work pool, relays wakes, keeps the rounds."""
    logs.begin("worker")
    prefect_server.apply(prefect_server.client_environment(settings()))
    from flows.rounds import jobs, relaying
    from flows.worker import run_worker, serve
    from portal.listener import answering

    async def work(stop: asyncio.Event) -> None:
        config = settings()
        paper(config.home)
        await ready()

        async def relays() -> None:
            await relaying(config, stop)

        async def answers() -> None:
            await answering(config, stop)

        alongside = (relays, answers, *jobs(config, stop))
        await run_worker(config, stop=stop, alongside=alongside)

    serve(work)


def portal() -> None:
    from portal.web import serve

    logs.begin("portal")

    asyncio.run(ready())
    serve(settings())


def mailbox() -> None:
    from portal.mailbox import serve_mailbox

    logs.begin("mailbox")

    home.prepare(settings())
    asyncio.run(serve_mailbox(settings().home / "mailbox", "127.0.0.1", settings().mailbox_port))
