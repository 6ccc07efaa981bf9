"""What each view reads and asks for, off the event loop; no widgets here."""
