"""Visits 来访: whoever comes to the counter or calls, what they ask, and what is done about it."""
