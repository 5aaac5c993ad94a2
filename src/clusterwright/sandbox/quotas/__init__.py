"""How much an account may have: Service Quotas, and what AWS says to those who want more."""
