"""What the commands do, for the command line and for Python alike."""
