"""What must last: SQLite in a folder by default, PostgreSQL in production, behind repositories."""
