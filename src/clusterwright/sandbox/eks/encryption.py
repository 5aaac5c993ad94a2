"""The KMS key that a cluster's secrets are encrypted with, from the start or once and for all later.

https://docs.aws.amazon.com/eks/latest/APIReference/API_AssociateEncryptionConfig.html
https://docs.aws.amazon.com/eks/latest/APIReference/API_Provider.html
"""

import json

from clusterwright.sandbox.eks import cluster_updates, faults, updates
from clusterwright.sandbox.eks.cluster_changes import Change
from clusterwright.sandbox.eks.cluster_checks import check_encryption
from clusterwright.sandbox.eks.records import Wire
from clusterwright.sandbox.eks.scene import Scene


def associate(scene: Scene, params: Wire) -> Wire:
    cluster = scene.active_cluster(params["clusterName"])
    before = updates.repeated(cluster, params)
    if before:
        return {"update": before.wire}
    cluster_updates.refuse_if_busy(cluster)
    if cluster.wire["encryptionConfig"]:
        raise faults.invalid("Cluster already has an encryption config", clusterName=cluster.name)
    wanted = params["encryptionConfig"]
    check_encryption(scene, wanted, cluster.name)
    change = Change(
        "AssociateEncryptionConfig",
        [("EncryptionConfig", json.dumps(wanted))],
        lambda: cluster.wire.update(encryptionConfig=wanted),
    )
    return cluster_updates.run(scene, cluster, "cluster-encryption", change, params)


OPERATIONS = {"AssociateEncryptionConfig": associate}
