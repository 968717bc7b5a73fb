"""JSON documents of the long tail: resource policies and what else a type wants as text."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from terraformer.data.synthesis.expressions import Document, Json, Statement, Value
from terraformer.data.synthesis.longtail.facts import checks_of
from terraformer.data.synthesis.longtail.references import principal_of
from terraformer.data.synthesis.scenario import Node, Scene

__all__ = ["document_for"]

_ACTIONS: Final[dict[str, tuple[str, ...]]] = {
    "acmpca": ("acm-pca:IssueCertificate", "acm-pca:GetCertificate", "acm-pca:ListPermissions"),
    "api": ("execute-api:Invoke",),
    "backup": ("backup:CopyIntoBackupVault",),
    "cloudwatch": ("logs:PutLogEvents", "logs:CreateLogStream"),
    "codeartifact": ("codeartifact:ReadFromRepository", "codeartifact:GetRepositoryEndpoint"),
    "codebuild": ("codebuild:BatchGetReportGroups", "codebuild:ListReportsForReportGroup"),
    "ecr": ("ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"),
    "ecrpublic": ("ecr-public:DescribeImages",),
    "efs": ("elasticfilesystem:ClientMount",),
    "elasticsearch": ("es:ESHttpGet", "es:ESHttpPost"),
    "opensearch": ("es:ESHttpGet", "es:ESHttpPost"),
    "glue": ("glue:GetDatabase", "glue:GetTable"),
    "iam": ("s3:GetObject", "s3:ListBucket"),
    "iot": ("iot:Connect", "iot:Publish"),
    "kinesis": ("kinesis:DescribeStreamSummary", "kinesis:GetRecords"),
    "kms": ("kms:Decrypt", "kms:DescribeKey"),
    "lambda": ("lambda:InvokeFunction",),
    "media": ("mediastore:GetObject",),
    "msk": ("kafka:CreateVpcConnection", "kafka:DescribeCluster"),
    "networkmanager": ("networkmanager:GetCoreNetwork",),
    "oam": ("oam:CreateLink", "oam:UpdateLink"),
    "organizations": ("organizations:DescribeOrganization", "organizations:ListAccounts"),
    "rds": ("rds:DescribeDBInstances",),
    "redshift": ("redshift:CreateInboundIntegration",),
    "redshiftserverless": ("redshift-serverless:RestoreFromSnapshot",),
    "s3": ("s3:GetObject",),
    "s3control": ("s3:GetObject",),
    "s3tables": ("s3tables:GetTableData", "s3tables:GetTable"),
    "s3vectors": ("s3vectors:GetVectors", "s3vectors:QueryVectors"),
    "sagemaker": ("sagemaker:DescribeModelPackageGroup", "sagemaker:ListModelPackages"),
    "schemas": ("schemas:DescribeRegistry", "schemas:ListSchemas"),
    "secretsmanager": ("secretsmanager:GetSecretValue",),
    "ses": ("ses:SendEmail", "ses:SendRawEmail"),
    "sesv2": ("ses:SendEmail",),
    "ssoadmin": ("s3:ListAllMyBuckets",),
    "vpc": ("s3:GetObject", "s3:ListBucket"),
    "vpclattice": ("vpc-lattice-svcs:Invoke",),
    "xray": ("xray:PutTraceSegments",),
    "cloudsearch": ("cloudsearch:search", "cloudsearch:document"),
    "bedrockagentcore": ("bedrock-agentcore:InvokeAgentRuntime",),
    "prometheus": ("aps:QueryMetrics", "aps:GetSeries"),
    "dynamodb": ("dynamodb:GetItem", "dynamodb:Query"),
    "sns": ("sns:Publish",),
    "sqs": ("sqs:SendMessage",),
}
_POLICY: Final = re.compile(
    r"(^|_)(policy|policy_document|access_policies|access_policy|resource_policy|policy_text|inline_policy|policy_json|bucket_policy|"
    r"resource_policy_document|repository_policy)$"
)


def document_for(s: Scene, source: str, type: str, path: str, known: Mapping[str, Node]) -> Value:
    """The document for an argument, None where it takes none that is known."""
    maker = _MADE.get((type, path))
    if maker is not None:
        return maker(s)
    leaf = path.rpartition(".")[2]
    if source != "hashicorp/aws":
        return None
    if leaf == "assume_role_policy":
        return Document(Statement(("sts:AssumeRole",), principals={"Service": (principal_of(type),)}))
    checks = checks_of(source, type)
    service = type.split("_")[1]
    if (
        _POLICY.search(leaf)
        and service in _ACTIONS
        and (checks.is_json(path) or type.endswith(("policy", "_definition")) or leaf != "policy")
    ):
        account = s.pick("111122223333", "444455556666", "123456789012")
        actions = tuple(s.some(_ACTIONS[service], 1))
        owner = next(
            (n for t, n in known.items() if t != type and t.split("_")[:2] == type.split("_")[:2] and n in s.nodes),
            None,
        )
        if service in ("iam", "ssoadmin") and "resource" not in leaf:
            return Document(Statement(actions, ("*",)))
        del owner
        return Document(Statement(actions, ("*",), principals={"AWS": (f"arn:aws:iam::{account}:root",)}))
    return None


_MADE = {
    ("aws_appconfig_hosted_configuration_version", "content"): lambda s: Json(
        {"feature_x": s.may(0.5), "limit": s.number(10, 100)}
    ),
}
