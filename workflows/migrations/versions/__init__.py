"""One module per change, named by its number; what has been released is never edited."""
