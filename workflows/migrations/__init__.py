"""Changes of the tables, in order; each brings a database from one release's shape to the next's."""
