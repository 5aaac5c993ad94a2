"""What goes wrong with AWS, when somebody asks for it."""
