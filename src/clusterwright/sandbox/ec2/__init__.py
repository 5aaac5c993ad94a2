"""What AWS's EC2 does and moto's does not: states that take time, dependencies, tokens, paging."""

from clusterwright.sandbox.ec2 import offerings

offerings.install()
