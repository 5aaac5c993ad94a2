"""Versions of launch templates keep their numbers when others are deleted; moto counts them by their place.

https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/manage-launch-template-versions.html
"""

from typing import Any, cast

from moto.ec2.exceptions import InvalidLaunchTemplateVersionNotFound
from moto.ec2.models.launch_templates import LaunchTemplate, LaunchTemplateVersion


def create_version(self: Any, data: dict[str, Any], description: str) -> LaunchTemplateVersion:
    """A number is never given twice."""
    self.last_number = getattr(self, "last_number", 0) + 1
    version = LaunchTemplateVersion(self, self.last_number, data, description)
    self.versions.append(version)
    return version


def get_version(self: Any, number: Any) -> LaunchTemplateVersion:
    wanted = str(number).lower()
    if wanted == "$latest":
        return cast(LaunchTemplateVersion, self.versions[-1])
    if wanted == "$default":
        wanted = str(self.default_version_number)
    for version in self.versions:
        if str(version.number) == wanted:
            return cast(LaunchTemplateVersion, version)
    raise InvalidLaunchTemplateVersionNotFound(template_id=self.id, version=number)


def default_version(self: Any) -> LaunchTemplateVersion:
    return get_version(self, "$Default")


def delete(template: Any, number: str) -> dict[str, str] | None:
    """Why this version stays, if it does."""
    found = next((one for one in template.versions if str(one.number) == number), None)
    if found is None:
        message = f"The launch template version {number} does not exist."
        return {"Code": "launchTemplateVersionDoesNotExist", "Message": message}
    if found.number == template.default_version_number:
        message = f"Cannot delete the default version {number} of a launch template."
        return {"Code": "unexpectedError", "Message": message}
    template.versions.remove(found)
    return None


def install() -> None:
    patched = {
        "create_version": create_version,
        "get_version": get_version,
        "default_version": default_version,
    }
    for name, method in patched.items():
        setattr(LaunchTemplate, name, method)
