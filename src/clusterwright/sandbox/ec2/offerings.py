"""Which instance types there are where: moto reads a hundred files of that when it is imported, and hardly
anybody asks. Here a region's are read when somebody does.
"""

import importlib
import sys
from typing import Any

from moto.utilities import utils

_FOLDER = "instance_type_offerings"
_MODULE = "moto.ec2.models.instance_types"
_READ = utils.load_resource


class Offerings(dict[str, Any]):
    """Of one kind of location, by region."""

    def __init__(self, kind: str, paths: dict[str, str]) -> None:
        super().__init__()
        self._kind = kind
        self._paths = paths

    def get(self, region: str, default: Any = None) -> Any:
        return self[region] if region in self._paths else default

    def __contains__(self, region: object) -> bool:
        return region in self._paths

    def __missing__(self, region: str) -> Any:
        found = _READ(self._paths[region])
        for one in found:
            one["LocationType"] = self._kind
        self[region] = found
        return found


def install() -> None:
    """Before moto's EC2 is imported for the first time; afterwards there is nothing left to save."""
    if _MODULE in sys.modules:
        return
    paths: dict[str, dict[str, str]] = {}

    def postpone(resource: str) -> Any:
        if _FOLDER not in resource:
            return _READ(resource)
        kind, file = resource.replace("\\", "/").split("/")[-2:]
        paths.setdefault(kind, {})[file.partition(".")[0]] = resource
        return []

    vars(utils)["load_resource"] = postpone
    try:
        known = importlib.import_module(_MODULE).INSTANCE_TYPE_OFFERINGS
    finally:
        vars(utils)["load_resource"] = _READ
    known.update({kind: Offerings(kind, files) for kind, files in paths.items()})
