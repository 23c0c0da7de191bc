"""Templates, the outbox and its sending; an outage of the mail server delays nobody."""
