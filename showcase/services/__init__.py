"""What a person can do: one noun a file, one method a transaction."""
