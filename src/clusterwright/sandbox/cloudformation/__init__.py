"""CloudFormation: stacks whose resources are made by real calls to the rest of the sandbox, on its clock.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-overview.html
"""
