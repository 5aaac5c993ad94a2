"""What can be known of an account before anything is made in it. Reads, and calls that change nothing."""
