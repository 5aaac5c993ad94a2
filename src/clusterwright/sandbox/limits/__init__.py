"""How often AWS lets itself be asked: token buckets per account, region and action."""
