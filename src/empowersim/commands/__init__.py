"""What each command does: reads its arguments, calls the library, prints for people or scripts."""
