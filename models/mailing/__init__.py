"""Letters and mails: called for, put together, sent or not, foreseen, and whom they did not reach."""
