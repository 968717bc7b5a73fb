# Instances, volumes, file systems, functions, clusters.
package terraformer.aws.compute

import data.terraformer.aws.plan
import rego.v1

deny_ebs_encryption contains plan.finding(
	"ebs-encryption", volume, "encrypted",
	"the volume is not encrypted; set encrypted to true",
) if {
	some volume in plan.resources.aws_ebs_volume
	not plan.on(volume, ["encrypted"])
	not plan.given(volume, ["snapshot_id"])
	not encrypted_by_default
}

deny_ebs_encryption contains plan.finding(
	"ebs-encryption", instance, sprintf("%s[%d].encrypted", [block, number]),
	sprintf("%s is not encrypted; set encrypted to true in it", [block]),
) if {
	some type in ["aws_instance", "aws_launch_configuration"]
	some instance in plan.resources[type]
	some block in ["root_block_device", "ebs_block_device"]
	some number, device in instance.change.after[block]
	plan.written(instance, block)
	not plan.yes(object.get(device, "encrypted", null))
	not object.get(instance.change.after_unknown, [block, number, "encrypted"], false) == true
	not encrypted_by_default
}

deny_ebs_encryption contains plan.finding(
	"ebs-encryption", instance, sprintf("%s[%d].encrypted", [block, number]),
	sprintf("%s is not encrypted; set encrypted to true in it", [block]),
) if {
	some type in ["aws_instance", "aws_launch_configuration"]
	some instance in plan.resources[type]
	some block in ["root_block_device", "ebs_block_device"]
	some number, expressions in plan.declared[plan.declared_address(instance)][block]
	not expressions.encrypted
	object.get(instance.change.after_unknown, [block, number, "encrypted"], false) == true
	not encrypted_by_default
}

deny_ebs_encryption contains plan.finding(
	"ebs-encryption", template, "block_device_mappings",
	"a volume of the template is not encrypted; set encrypted to true in its ebs block",
) if {
	some template in plan.resources.aws_launch_template
	some number, mapping in template.change.after.block_device_mappings
	some position, device in mapping.ebs
	not plan.yes(object.get(device, "encrypted", null))
	not object.get(
		template.change.after_unknown,
		["block_device_mappings", number, "ebs", position, "encrypted"], false,
	) == true
	not encrypted_by_default
}

encrypted_by_default if {
	some setting in plan.resources.aws_ebs_encryption_by_default
	not setting.change.after.enabled == false
}

deny_instance_metadata contains plan.finding(
	"instance-metadata", instance, "metadata_options[0].http_tokens",
	"its metadata can be read without a token (IMDSv1); add metadata_options with http_tokens = \"required\"",
) if {
	some type in ["aws_instance", "aws_launch_template", "aws_launch_configuration"]
	some instance in plan.resources[type]
	not tokens(instance)
	not plan.value(instance, ["metadata_options", 0, "http_endpoint"]) == "disabled"
	not plan.given(instance, ["launch_template"])
}

tokens(instance) if plan.value(instance, ["metadata_options", 0, "http_tokens"]) == "required"

tokens(instance) if plan.unknown(instance, ["metadata_options", 0, "http_tokens"])

warn_instance_public_address contains plan.finding(
	"instance-public-address", instance, "associate_public_ip_address",
	"it gets a public address; put it behind a load balancer or in a private subnet",
) if {
	some instance in plan.resources.aws_instance
	instance.change.after.associate_public_ip_address == true
}

deny_efs_encryption contains plan.finding(
	"efs-encryption", system, "encrypted",
	"the file system is not encrypted; set encrypted to true",
) if {
	some system in plan.resources.aws_efs_file_system
	not plan.on(system, ["encrypted"])
}

# --- Lambda and ECR -----------------------------------------------------------------------------------------------------

warn_lambda_secrets contains plan.finding(
	"lambda-secrets", function, "environment[0].variables",
	sprintf("the variable %s is in plain text; keep it in Secrets Manager or SSM", [name]),
) if {
	some function in plan.resources.aws_lambda_function
	some name, text in plan.value(function, ["environment", 0, "variables"])
	regex.match(`(?i)(^|_)(password|passwd|secret|secret_key|api_?key|private_key|access_token|auth_token|token)$`, name)
	is_string(text)
	text != ""
	not startswith(text, "arn:")
}

warn_ecr_scan contains plan.finding(
	"ecr-scan", repository, "image_scanning_configuration[0].scan_on_push",
	"images are not scanned when they are pushed; set scan_on_push to true",
) if {
	some repository in plan.resources.aws_ecr_repository
	not plan.on(repository, ["image_scanning_configuration", 0, "scan_on_push"])
	not plan.resources.aws_ecr_registry_scanning_configuration
}

# --- EKS ----------------------------------------------------------------------------------------------------------------

deny_eks_public_endpoint contains plan.finding(
	"eks-public-endpoint", cluster, "vpc_config[0].public_access_cidrs",
	"its API can be reached from everywhere; set endpoint_public_access to false or name public_access_cidrs",
) if {
	some cluster in plan.resources.aws_eks_cluster
	some network in cluster.change.after.vpc_config
	not network.endpoint_public_access == false
	not narrowed(cluster, network)
}

narrowed(_, network) if {
	count(network.public_access_cidrs) > 0
	not "0.0.0.0/0" in network.public_access_cidrs
}

narrowed(cluster, _) if {
	some block in plan.declared[plan.declared_address(cluster)].vpc_config
	count(block.public_access_cidrs.references) > 0
	object.get(cluster.change.after_unknown, ["vpc_config", 0, "public_access_cidrs"], false) == true
}

warn_eks_logging contains plan.finding(
	"eks-logging", cluster, "enabled_cluster_log_types",
	"the control plane does not log; set enabled_cluster_log_types to at least [\"api\", \"audit\"]",
) if {
	some cluster in plan.resources.aws_eks_cluster
	not plan.given(cluster, ["enabled_cluster_log_types"])
}

warn_eks_secrets contains plan.finding(
	"eks-secrets", cluster, "encryption_config",
	"secrets of the cluster are not encrypted with a key of your own; add an encryption_config for secrets",
) if {
	some cluster in plan.resources.aws_eks_cluster
	not plan.given(cluster, ["encryption_config"])
}
