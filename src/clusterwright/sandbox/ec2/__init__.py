"""What AWS's EC2 does and moto's does not: states that take time, dependencies, tokens, paging."""
