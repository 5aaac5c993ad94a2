"""IAM that decides, against a sandbox of its own: a process has but one."""
