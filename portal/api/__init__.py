"""The JSON API: the portal's acts and lists for programs, by token and never by cookie."""
