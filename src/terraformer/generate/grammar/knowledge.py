"""What a resource of a type needs beside its required arguments, and sensible values: reviewed by hand (AWS).

``NEEDS[type]`` maps argument names to what they get when the prompt says nothing else:

- a string: an HCL expression; a tuple of strings: the model chooses among them;
- "@auto": the argument is written, with the value that its name and type suggest (a name, a reference, ...);
- "@ref": likewise, and the resource that it refers to is added to the configuration when it is missing;
- a dict: one nested block; a list of dicts: several.

Sources: the provider's documentation of each resource (registry documentation of hashicorp/aws 6.x), AWS's service
documentation for engines, versions and managed policies.
"""

from __future__ import annotations

from typing import Any, Final

from terraformer.generate.grammar.needs_infrastructure import NETWORK_AND_IDENTITY, STORAGE_AND_DATABASES
from terraformer.generate.grammar.needs_services import CONTAINERS_AND_DELIVERY, SERVICES

__all__ = ["INLINE_POLICIES", "MANAGED_POLICIES", "NEEDS", "PRINCIPALS"]

Need = str | tuple[str, ...] | dict[str, Any] | list[dict[str, Any]]

NEEDS: Final[dict[str, dict[str, Need]]] = {
    **NETWORK_AND_IDENTITY,
    **STORAGE_AND_DATABASES,
    **CONTAINERS_AND_DELIVERY,
    **SERVICES,
}

for _name in ("", "_listener", "_listener_rule", "_target_group", "_target_group_attachment"):
    NEEDS[f"aws_alb{_name}"] = NEEDS[f"aws_lb{_name}"]  # the same resources under their older names

PRINCIPALS: Final[tuple[tuple[str, str], ...]] = (
    # type of the resource that uses a role -> the service that assumes it; longest prefix first
    ("aws_eks_cluster", "eks.amazonaws.com"),
    ("aws_eks_node_group", "ec2.amazonaws.com"),
    ("aws_eks_fargate_profile", "eks-fargate-pods.amazonaws.com"),
    ("aws_ecs_task_definition", "ecs-tasks.amazonaws.com"),
    ("aws_ecs", "ecs.amazonaws.com"),
    ("aws_iam_instance_profile", "ec2.amazonaws.com"),
    ("aws_instance", "ec2.amazonaws.com"),
    ("aws_lambda", "lambda.amazonaws.com"),
    ("aws_codebuild", "codebuild.amazonaws.com"),
    ("aws_codepipeline", "codepipeline.amazonaws.com"),
    ("aws_codedeploy", "codedeploy.amazonaws.com"),
    ("aws_backup", "backup.amazonaws.com"),
    ("aws_kinesis_firehose", "firehose.amazonaws.com"),
    ("aws_kinesis_analytics", "kinesisanalytics.amazonaws.com"),
    ("aws_kinesisanalyticsv2", "kinesisanalytics.amazonaws.com"),
    ("aws_sagemaker", "sagemaker.amazonaws.com"),
    ("aws_dax", "dax.amazonaws.com"),
    ("aws_elastic_beanstalk", "elasticbeanstalk.amazonaws.com"),
    ("aws_sfn", "states.amazonaws.com"),
    ("aws_cloudwatch_event", "events.amazonaws.com"),
    ("aws_scheduler", "scheduler.amazonaws.com"),
    ("aws_pipes", "pipes.amazonaws.com"),
    ("aws_api_gateway", "apigateway.amazonaws.com"),
    ("aws_apigatewayv2", "apigateway.amazonaws.com"),
    ("aws_appsync", "appsync.amazonaws.com"),
    ("aws_rds", "rds.amazonaws.com"),
    ("aws_db_proxy", "rds.amazonaws.com"),
    ("aws_db_instance", "monitoring.rds.amazonaws.com"),
    ("aws_redshift", "redshift.amazonaws.com"),
    ("aws_glue", "glue.amazonaws.com"),
    ("aws_emr", "elasticmapreduce.amazonaws.com"),
    ("aws_batch_job", "ecs-tasks.amazonaws.com"),
    ("aws_batch", "batch.amazonaws.com"),
    ("aws_flow_log", "vpc-flow-logs.amazonaws.com"),
    ("aws_s3_bucket_replication", "s3.amazonaws.com"),
    ("aws_lexv2models", "lexv2.amazonaws.com"),
    ("aws_lex", "lex.amazonaws.com"),
    ("aws_cloudtrail", "cloudtrail.amazonaws.com"),
    ("aws_config", "config.amazonaws.com"),
    ("aws_ssm", "ssm.amazonaws.com"),
    ("aws_dlm", "dlm.amazonaws.com"),
    ("aws_transfer", "transfer.amazonaws.com"),
    ("aws_iot", "iot.amazonaws.com"),
    ("aws_cognito", "cognito-identity.amazonaws.com"),
    ("aws_kendra", "kendra.amazonaws.com"),
    ("aws_apprunner", "tasks.apprunner.amazonaws.com"),
    ("aws_imagebuilder", "ec2.amazonaws.com"),
    ("aws_launch", "ec2.amazonaws.com"),
    ("aws_cloudformation", "cloudformation.amazonaws.com"),
    ("aws_neptune", "rds.amazonaws.com"),
    ("aws_sns", "sns.amazonaws.com"),
    ("aws_s3", "s3.amazonaws.com"),
    ("aws_dms", "dms.amazonaws.com"),
    ("aws_datasync", "datasync.amazonaws.com"),
    ("aws_amplify", "amplify.amazonaws.com"),
    ("aws_grafana", "grafana.amazonaws.com"),
)

MANAGED_POLICIES: Final[dict[str, tuple[str, ...]]] = {
    # type of the resource that uses the role -> AWS managed policies that it wants (path below policy/)
    "aws_eks_cluster": ("AmazonEKSClusterPolicy",),
    "aws_eks_node_group": ("AmazonEKSWorkerNodePolicy", "AmazonEKS_CNI_Policy", "AmazonEC2ContainerRegistryReadOnly"),
    "aws_eks_fargate_profile": ("AmazonEKSFargatePodExecutionRolePolicy",),
    "aws_ecs_task_definition": ("service-role/AmazonECSTaskExecutionRolePolicy",),
    "aws_lambda_function": ("service-role/AWSLambdaBasicExecutionRole",),
    "aws_backup_selection": ("service-role/AWSBackupServiceRolePolicyForBackup",),
    "aws_elastic_beanstalk_environment": ("AWSElasticBeanstalkWebTier",),
    "aws_codebuild_project": ("AWSCodeBuildAdminAccess",),
    "aws_batch_compute_environment": ("service-role/AWSBatchServiceRole",),
    "aws_glue_job": ("service-role/AWSGlueServiceRole",),
    "aws_glue_crawler": ("service-role/AWSGlueServiceRole",),
    "aws_emr_cluster": ("service-role/AmazonElasticMapReduceRole",),
    "aws_sagemaker_notebook_instance": ("AmazonSageMakerFullAccess",),
    "aws_sagemaker_model": ("AmazonSageMakerFullAccess",),
    "aws_sagemaker_domain": ("AmazonSageMakerFullAccess",),
    "aws_dax_cluster": ("AmazonDynamoDBFullAccess",),
    "aws_iam_instance_profile": ("AmazonSSMManagedInstanceCore",),
    "aws_db_instance": ("service-role/AmazonRDSEnhancedMonitoringRole",),
}

INLINE_POLICIES: Final[dict[str, str]] = {
    # word in the prompt or type prefix -> action of a policy statement made up for it
    "s3": "s3:*",
    "dynamodb": "dynamodb:*",
    "kinesis": "kinesis:*",
    "logs": "logs:*",
    "ec2": "ec2:Describe*",
    "sqs": "sqs:*",
    "sns": "sns:Publish",
    "lambda": "lambda:InvokeFunction",
}
