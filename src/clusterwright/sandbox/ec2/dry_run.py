"""DryRun: whether the caller may, and nothing more. IAM has decided by the time that a call comes here.

https://docs.aws.amazon.com/AWSEC2/latest/APIReference/CommonParameters.html (DryRun)
"""

from clusterwright.sandbox.call import Answer, AwsError, Call, Handler


def layer(call: Call, inner: Handler) -> Answer:
    if call.service == "ec2" and str(call.params.get("DryRun", "")).lower() == "true":
        message = "Request would have succeeded, but DryRun flag is set."
        raise AwsError("DryRunOperation", message, 412)
    return inner(call)
