"""Launch templates: lists that lose nothing, versions that build on others and go, data without foreign tags.

https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateLaunchTemplateVersion.html
"""

from typing import Any

from moto.core.responses import ActionResult
from moto.ec2.models.launch_templates import LaunchTemplate, LaunchTemplateBackend
from moto.ec2.responses.launch_templates import LaunchTemplates
from moto.ec2.utils import parse_user_data

from clusterwright.sandbox.ec2 import template_versions

_ALL = 1_000_000


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


class WholeTemplates(LaunchTemplates):
    def describe_launch_templates(self) -> ActionResult:
        ids = self._get_param("LaunchTemplateIds", [])
        for one in ids:
            self.ec2_backend.get_launch_template(one)
        found = self.ec2_backend.describe_launch_templates(
            template_names=self._get_param("LaunchTemplateNames", []),
            template_ids=ids,
            filters=self._filters_from_querystring(),
        )
        return ActionResult({"LaunchTemplates": [self._summary(one) for one in found]})

    def describe_launch_template_versions(self) -> ActionResult:
        found = self.ec2_backend.describe_launch_template_versions(
            template_name=self._get_param("LaunchTemplateName"),
            template_id=self._get_param("LaunchTemplateId"),
            versions=self._get_param("Versions", []),
            min_version=None,
            max_version=None,
            max_results=_ALL,
        )
        least, most = self._get_int_param("MinVersion", 0), self._get_int_param("MaxVersion", _ALL)
        shown = [self._version(*one) for one in found if least <= one[1].number <= most]
        return ActionResult({"LaunchTemplateVersions": shown})

    def delete_launch_template_versions(self) -> ActionResult:
        """moto has no such action."""
        template = self._template()
        gone: list[dict[str, Any]] = []
        kept: list[dict[str, Any]] = []
        for number in map(str, self._get_param("Versions", [])):
            error = template_versions.delete(template, number)
            told = {
                "LaunchTemplateId": template.id,
                "LaunchTemplateName": template.name,
                "VersionNumber": number,
            }
            (kept if error else gone).append({**told, "ResponseError": error} if error else told)
        return ActionResult(
            {
                "SuccessfullyDeletedLaunchTemplateVersions": gone,
                "UnsuccessfullyDeletedLaunchTemplateVersions": kept,
            }
        )

    def create_launch_template_version(self) -> ActionResult:
        template = self._template()
        source = self._get_param("SourceVersion")
        data = dict(template.get_version(source).data) if source else {}
        given = dict(self._get_param("LaunchTemplateData", {}))
        if given.get("UserData"):
            given["UserData"] = parse_user_data(given["UserData"])
        version = template.create_version(data | given, self._get_param("VersionDescription"))
        return ActionResult({"LaunchTemplateVersion": self._version(template, version)})

    def _template(self) -> Any:
        template_id = self._get_param("LaunchTemplateId")
        if template_id:
            return self.ec2_backend.get_launch_template(template_id)
        return self.ec2_backend.get_launch_template_by_name(self._get_param("LaunchTemplateName"))

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
    for name, method in vars(WholeTemplates).items():
        if callable(method):
            setattr(LaunchTemplates, name, method)
    template_versions.install()
