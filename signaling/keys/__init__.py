"""What is stored of people is sealed: the keys, who wraps whom, and what their loss erases."""
