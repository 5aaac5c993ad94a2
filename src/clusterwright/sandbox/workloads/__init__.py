"""What workloads make in the account without EKS, and what outlives them: load balancers, interfaces."""
