"""Addresses of the pages that expectations cite."""

_EKS = "https://docs.aws.amazon.com/eks/latest"


def api(name: str) -> str:
    """An operation or a data type in the EKS API reference."""
    return f"{_EKS}/APIReference/API_{name}.html"


def guide(page: str) -> str:
    """A page of the EKS user guide."""
    return f"{_EKS}/userguide/{page}.html"
