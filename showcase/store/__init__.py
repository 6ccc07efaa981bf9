"""All SQL, and the database server underneath it."""
