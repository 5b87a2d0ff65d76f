"""The rules and the calendars in force, as rows, and what counts anew when they change."""
