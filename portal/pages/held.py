"""Files that came with a form that was not carried out: they lie in the store, and the form names them again.

A ticket is good in the session that brought the file: a hash alone would open what others handed in.
"""

import hashlib
import hmac

from models.keeping import files
from models.orders import Attached
from policy.refusals import BadInput
from portal.pages.forms import Sent
from portal.pages.paper import Reader


def ticket(reader: Reader, file: Attached) -> str:
    plain = f"{file.sha256}:{file.size}:{file.name}"
    return f"{_seal(reader, plain)}:{plain}"


def held(form: Sent) -> tuple[Attached, ...]:
    """The files that the form brings as tickets. Raises BadInput naming one that has to be chosen again."""
    return tuple(_found(form.reader, one) for one in form.chosen("held"))


def _found(reader: Reader, said: str) -> Attached:
    seal, _, plain = said.partition(":")
    sha256, _, rest = plain.partition(":")
    size, _, name = rest.partition(":")
    is_known = hmac.compare_digest(seal.encode(), _seal(reader, plain).encode())
    if not is_known or not files.stored(reader.config.home, sha256).is_file():
        raise BadInput(f"“{name[:100]}”已失效，请重新选择。", f"Choose “{name[:100]}” again.")
    return Attached(name, sha256, int(size))


def _seal(reader: Reader, plain: str) -> str:
    return hmac.new(f"held:{reader.key}".encode(), plain.encode(), hashlib.sha256).hexdigest()
