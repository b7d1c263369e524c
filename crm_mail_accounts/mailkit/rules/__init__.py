"""What is decided about a mail by rule, from values alone."""
