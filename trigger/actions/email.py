"""`email`: sends a mail for each event, one to each address; done when the server took them."""

import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP as POLICY
from typing import TYPE_CHECKING, ClassVar

from pydantic import Field

from hookline.errors import PermanentError, TemporaryError
from hookline.event import Event
from hookline.manifest import Place
from hookline.secrets import SecretKey
from trigger.action import Doors, Due, LeaseLostError, Order, Prepared, Setting
from trigger.extras import has_library
from trigger.filled import FilledAction
from trigger.http_secrets import secret_text

if TYPE_CHECKING:
    from aiosmtplib import SMTP

_SECONDS = 30
_SMTPS = 465
_MOST = 100
_HERE = frozenset({"localhost", "127.0.0.1", "::1"})
# What no header and no command of SMTP takes for two addresses, or for more than an address.
_ADDRESS = re.compile(r"[^\s@<>,;:\"()\[\]\\]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*")
_PERMANENT = range(500, 600)
# Not logged in, or no right: can be mended where the server is.
_LATER = frozenset({530, 534, 535, 538})


class Email(FilledAction):
    """Sends a mail. At least once: a repeat carries the same Message-ID."""

    unmoved: ClassVar[tuple[str, ...]] = ("*",)

    host: str = Field("", description="The SMTP server.")
    port: int = Field(0, ge=0, le=65535, description="Its port; 465 is TLS from the beginning.")
    username: str = Field("", description="Login; without it none is made.")
    smtp_password: SecretKey | None = Field(None, description="Secret with the password.")
    to: list[str] = Field(
        default_factory=list, max_length=_MOST, description="Addresses; each gets its own mail."
    )
    sender: str = Field("", alias="from", description="Address of the sender.")
    subject: str = Field("", description="The subject.")
    body: str = Field("", description="The text.")

    def ready(self, place: Place, at: Setting) -> Prepared | None:
        """Return the action of these very settings; None with mistakes noted at `place`."""
        before = len(place.mistakes)
        has_library("aiosmtplib", "email", place)
        for name in ("host", "port", "to", "subject", "body"):
            if not getattr(self, name):
                (place / name).error(f"{name} is required", code="missing-field")
        for index, address in enumerate(self.to):
            _check_address(address, place / "to" / index)
        _check_address(self.sender, place / "from")
        if not self.subject.isprintable():
            (place / "subject").error("a subject is one line", code="bad-value")
        if (self.smtp_password is None) != (not self.username):
            place.error("username and smtpPassword come together", code="missing-field")
        return None if len(place.mistakes) > before else _Email(self, at.namespace)


def _check_address(text: str, place: Place) -> None:
    if not text:
        place.error("an address is required", code="missing-field")
    elif not _ADDRESS.fullmatch(text):
        place.error(
            f"{text!r} is no address", code="bad-value", suggestion="write it like ann@example.com"
        )


@dataclass(frozen=True, slots=True)
class _Mail(Order):
    """What makes the ids of the mails."""

    key: str


@dataclass(frozen=True, slots=True)
class _Email(Prepared):
    settings: Email
    namespace: str

    def order(self, events: Mapping[str, Event], due: Due) -> Order:  # noqa: ARG002  of Prepared
        mail = self.settings
        shown = {"host": mail.host, "port": mail.port, "from": mail.sender, "to": mail.to}
        return _Mail(shown | {"subject": mail.subject, "body": mail.body}, due.key)

    async def act(
        self,
        order: Order,
        doors: Doors,
        lease_is_live: Callable[[], bool],
        *,
        repeat: bool,  # noqa: ARG002  of Prepared
    ) -> None:
        if not isinstance(order, _Mail):
            raise TypeError("this order was made by another action")
        import aiosmtplib  # noqa: PLC0415  an extra

        mail = self.settings
        password = None
        if mail.smtp_password is not None:
            password = secret_text(doors.secrets, mail.smtp_password, self.namespace)
        client = aiosmtplib.SMTP(
            hostname=mail.host, port=mail.port, timeout=_SECONDS, use_tls=mail.port == _SMTPS
        )
        try:
            async with client:
                if password is not None:
                    self._protected(client)
                    await client.login(mail.username, password.removesuffix("\n"))
                if not lease_is_live():
                    raise LeaseLostError("the lease of the delivery ended before the mail")
                for address in mail.to:
                    await client.send_message(self._message(address, order.key))
        except aiosmtplib.SMTPException as error:
            raise self._failed(error) from error
        except OSError as error:
            raise self._no_answer(str(error)) from error

    def _protected(self, client: "SMTP") -> None:
        """Raise TemporaryError when a password would travel in clear text."""
        if client.get_transport_info("sslcontext") is None and self.settings.host not in _HERE:
            raise self._no_answer("it offers no TLS, and the password is not sent without")

    def _message(self, address: str, key: str) -> EmailMessage:
        message = EmailMessage(POLICY)
        message["From"] = self.settings.sender
        message["To"] = address
        message["Subject"] = self.settings.subject
        whose = hashlib.sha256(address.encode()).hexdigest()[:16]
        message["Message-ID"] = f"<{key}.{whose}@hookline>"
        message.set_content(self.settings.body)
        return message

    def _failed(self, error: Exception) -> TemporaryError | PermanentError:
        """Return what an answer of the server means; a refusal of an address names it."""
        import aiosmtplib  # noqa: PLC0415  an extra

        refused = error
        if isinstance(error, aiosmtplib.SMTPRecipientsRefused) and error.recipients:
            refused = error.recipients[0]
        if not isinstance(refused, aiosmtplib.SMTPResponseException):
            return self._no_answer(str(error))
        said = f"{self.settings.host} answered {refused.code}: {refused.message[:200]}"
        if isinstance(refused, aiosmtplib.SMTPRecipientRefused):
            said = f"{refused.recipient}: {said}"
        if refused.code in _PERMANENT and refused.code not in _LATER:
            return PermanentError(said, reason=f"Smtp{refused.code}")
        whole = not isinstance(refused, aiosmtplib.SMTPRecipientRefused)
        return TemporaryError(said, reason=f"Smtp{refused.code}", whole_target=whole)

    def _no_answer(self, why: str) -> TemporaryError:
        where = f"{self.settings.host}:{self.settings.port}"
        return TemporaryError(f"smtp {where}: {why}", reason="NoAnswer", whole_target=True)
