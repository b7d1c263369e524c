"""What differs between the server and us, decided from values alone."""
