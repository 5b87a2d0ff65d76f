"""From a letter and its finding to what a mail says of it; also before there is a mail."""

from datetime import datetime
from email import message_from_bytes
from email.policy import default

from models.mailing.outbox import Enclosed
from models.settings import Settings
from policy.lights import days_left
from policy.office import office_day
from policy.refusals import Language
from tasks.letters.cards import words
from tasks.letters.facts import LetterFacts, MailFacts
from tasks.letters.own import paper
from tasks.letters.paper import fill


def facts(enclosed: Enclosed, config: Settings, now: datetime) -> LetterFacts:
    letter, finding = enclosed.letter, enclosed.finding
    return LetterFacts(
        rung=letter.rung,
        number=finding.number,
        title="" if finding.confidential else finding.title,
        unit=enclosed.unit,
        deadline=finding.deadline,
        deadline_version=finding.deadline_version,
        days_left=days_left(finding.stage, finding.deadline, finding.submitted_on, office_day(now)),
        provisional=finding.provisional,
        stage=finding.stage,
        round=finding.round,
        cycle=finding.cycle,
        as_cc=enclosed.copy_only,
        link=f"{config.portal_url}/findings/{finding.number}",
    )


def drafted(
    enclosed: Enclosed, post: str, language: Language, config: Settings, now: datetime
) -> tuple[str, str]:
    """Subject and text of the mail that the letter would be at that time, alone, to this post."""
    letter = facts(enclosed, config, now)
    mail = MailFacts(
        message_id="",
        date=now,
        sender=config.mail_from,
        sender_name="",
        recipient="",
        recipient_name=post,
        language=language,
        letters=(letter,),
        portal=config.portal_url,
    )
    sheets = paper(config.home)
    said = words(mail, [letter], sheets)
    return str(said["subject"]), fill(sheets.text, said)


def sent_text(content: bytes) -> str:
    """What stands in a mail as it was written."""
    body = message_from_bytes(content, policy=default).get_body(("plain",))
    return str(body.get_content()) if body else ""
