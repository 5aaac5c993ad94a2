"""A local AWS in its own process: moto where moto is right, our own EKS, and our own shell around both.

It imports nothing of the rest of Clusterwright and nothing of the rest imports it, so what the product
believes about AWS is never copied into the AWS it is tested against.
"""
