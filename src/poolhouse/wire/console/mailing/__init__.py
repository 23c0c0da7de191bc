"""The pages about a pool's mails: what waits, was sent or given up, and the texts they are made of."""

from __future__ import annotations

from poolhouse.wire.console.mailing import mail_server, mail_templates, outbox, sms

PAGES = (*outbox.PAGES, *mail_templates.PAGES, *mail_server.PAGES, *sms.PAGES)
