"""Telling people: in the page, by e-mail, through the gateway of their organisation, once a day in sum."""
