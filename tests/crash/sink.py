"""The mail server of the sweep, and who is told of acts: what is taken lies on the disk before the answer."""

import asyncio
import json
import os
import sys
from dataclasses import dataclass
from email import message_from_bytes
from email.policy import default
from pathlib import Path

from models.faults import reach
from tests.loopback import Call, answering
from tests.smtp_server import Reply, Rude, SmtpServer


class Sink(SmtpServer):
    """Every message it takes is a line of the journal: Message-ID and recipient."""

    def __init__(self, port: int, journal: Path, habits: dict[str, list[str]]) -> None:
        rude = {habit.name: habit for habit in Rude}
        super().__init__({verb: [rude.get(one, one) for one in told] for verb, told in habits.items()})
        self.port = port
        self.journal = os.open(journal, os.O_WRONLY | os.O_CREAT | os.O_APPEND)

    def answer(self, verb: str) -> Reply:
        reach(f"sink.{verb}.before")
        reply = super().answer(verb)
        if verb == "." and not str(reply).startswith(("4", "5")):
            self._keep()
        reach(f"sink.{verb}.after")
        return reply

    def _keep(self) -> None:
        """Also where it then hangs or hangs up: that is the case in which nobody can know."""
        taken = self.taken[-1]
        message_id = message_from_bytes(taken.message, policy=default)["Message-ID"]
        os.write(self.journal, f"{json.dumps([str(message_id), *taken.recipients])}\n".encode())
        os.fsync(self.journal)


@dataclass
class Told:
    """Another system that is told of each act: a line of its journal is the id of what it took."""

    journal: int

    async def answer(self, call: Call) -> tuple[int, bytes]:
        reach("told.before")
        os.write(self.journal, f"{json.dumps(call.headers['webhook-id'])}\n".encode())
        os.fsync(self.journal)
        reach("told.after")
        return 204, b""


async def main(port: int, hook_port: int, home: Path, habits: dict[str, list[str]]) -> None:
    told = Told(os.open(home / "told.jsonl", os.O_WRONLY | os.O_CREAT | os.O_APPEND))
    async with Sink(port, home / "sink.jsonl", habits), answering(told.answer, port=hook_port):
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3]), json.loads(sys.argv[4])))
