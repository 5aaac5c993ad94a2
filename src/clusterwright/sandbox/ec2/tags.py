"""Tags read by resource: moto walks over all tags of the account for each object that it describes, which
makes a list of a thousand objects a million comparisons."""

from moto.ec2.models.core import TaggedEC2Resource


def own_tags(resource: TaggedEC2Resource) -> list[dict[str, str]]:
    """Replacement for moto's `get_tags`."""
    known = resource.ec2_backend.tags.get(resource.id, {}) if resource.id else {}  # type: ignore[attr-defined]
    return [{"key": key, "value": value} for key, value in known.items()]


def install() -> None:
    patched = {"get_tags": own_tags}
    for name, method in patched.items():
        setattr(TaggedEC2Resource, name, method)
