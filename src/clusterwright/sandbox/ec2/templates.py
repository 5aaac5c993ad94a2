"""Launch templates: paging that loses nothing, versions that build on others, data without foreign tags.

https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateLaunchTemplateVersion.html
"""

from typing import Any

from moto.core.responses import ActionResult
from moto.ec2.models.launch_templates import LaunchTemplate, LaunchTemplateBackend
from moto.ec2.responses.launch_templates import LaunchTemplates
from moto.ec2.utils import parse_user_data

_PAGE = 200


class CleanTemplates(LaunchTemplateBackend):
    def create_launch_template(
        self, name: str, description: str, template_data: dict[str, Any], tag_spec: dict[str, Any]
    ) -> LaunchTemplate:
        """moto copies the template's own tags into the data that instances are made from."""
        specs = template_data.get("TagSpecifications", [])
        own = [spec for spec in specs if spec.get("ResourceType") != "launch-template"]
        template_data = {key: value for key, value in template_data.items() if key != "TagSpecifications"}
        if own:
            template_data["TagSpecifications"] = own
        return super().create_launch_template(name, description, template_data, tag_spec)


class PagedTemplates(LaunchTemplates):
    def describe_launch_templates(self) -> ActionResult:
        found = self.ec2_backend.describe_launch_templates(
            template_names=self._get_param("LaunchTemplateNames", []),
            template_ids=self._get_param("LaunchTemplateIds", []),
            filters=self._filters_from_querystring(),
        )
        page, token = self._page(found)
        return ActionResult({"LaunchTemplates": [self._summary(one) for one in page], "NextToken": token})

    def describe_launch_template_versions(self) -> ActionResult:
        found = self.ec2_backend.describe_launch_template_versions(
            template_name=self._get_param("LaunchTemplateName"),
            template_id=self._get_param("LaunchTemplateId"),
            versions=self._get_param("Versions", []),
            min_version=self._get_int_param("MinVersion"),
            max_version=self._get_int_param("MaxVersion"),
            max_results=1_000_000,
        )
        page, token = self._page(found)
        return ActionResult(
            {"LaunchTemplateVersions": [self._version(*one) for one in page], "NextToken": token}
        )

    def create_launch_template_version(self) -> ActionResult:
        name, template_id = self._get_param("LaunchTemplateName"), self._get_param("LaunchTemplateId")
        backend = self.ec2_backend
        template = (
            backend.get_launch_template(template_id)
            if template_id
            else backend.get_launch_template_by_name(name)
        )
        source = self._get_param("SourceVersion")
        data = dict(template.get_version(source).data) if source else {}
        given = dict(self._get_param("LaunchTemplateData", {}))
        if given.get("UserData"):
            given["UserData"] = parse_user_data(given["UserData"])
        version = template.create_version(data | given, self._get_param("VersionDescription"))
        return ActionResult({"LaunchTemplateVersion": self._version(template, version)})

    def _page(self, found: list[Any]) -> tuple[list[Any], str | None]:
        size = self._get_int_param("MaxResults", _PAGE)
        start = int(self._get_param("NextToken") or 0)
        return found[start : start + size], str(start + size) if start + size < len(found) else None

    def _summary(self, template: LaunchTemplate) -> dict[str, Any]:
        return {
            "CreateTime": template.create_time,
            "CreatedBy": f"arn:{self.partition}:iam::{self.current_account}:root",
            "DefaultVersionNumber": template.default_version_number,
            "LatestVersionNumber": template.latest_version_number,
            "LaunchTemplateId": template.id,
            "LaunchTemplateName": template.name,
            "Tags": template.get_tags(),
        }

    def _version(self, template: LaunchTemplate, version: Any) -> dict[str, Any]:
        return {
            "CreateTime": version.create_time,
            "CreatedBy": f"arn:{self.partition}:iam::{self.current_account}:root",
            "DefaultVersion": template.is_default(version),
            "LaunchTemplateData": version.data,
            "LaunchTemplateId": template.id,
            "LaunchTemplateName": template.name,
            "VersionDescription": version.description,
            "VersionNumber": version.number,
        }


def install() -> None:
    """moto assembles its response class by inheritance, so methods are replaced where they are defined."""
    for name, method in vars(PagedTemplates).items():
        if callable(method):
            setattr(LaunchTemplates, name, method)
