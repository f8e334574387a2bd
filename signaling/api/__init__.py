"""REST about people and their hours: a table of calls, who may make them, and its description."""
