"""What a reader gets first: an answer as blocks in order of importance, and its form on a terminal."""
