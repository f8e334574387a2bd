"""What people send beside words: found out, made harmless, and never believed."""
