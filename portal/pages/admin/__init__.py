"""The administrator's desk: people, accounts, rules, calendar, mail, and whether all is well."""
