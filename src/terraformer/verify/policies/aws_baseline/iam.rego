# Rights: policies of IAM, trust, and policies of resources.
package terraformer.aws.iam

import data.terraformer.aws.plan
import rego.v1

# --- what is allowed ------------------------------------------------------------------------------------------------

# [resource, attribute, statement] of every identity policy whose document is known.
granted contains [resource, "policy", statement] if {
	some type in ["aws_iam_policy", "aws_iam_role_policy", "aws_iam_user_policy", "aws_iam_group_policy"]
	some resource in plan.resources[type]
	some statement in plan.statements(resource.change.after.policy)
	statement.Effect == "Allow"
}

granted contains [resource, "inline_policy", statement] if {
	some resource in plan.resources.aws_iam_role
	some inline in resource.change.after.inline_policy
	some statement in plan.statements(inline.policy)
	statement.Effect == "Allow"
}

granted contains [resource, "inline_policy", statement] if {
	some resource in plan.resources.aws_ssoadmin_permission_set_inline_policy
	some statement in plan.statements(resource.change.after.inline_policy)
	statement.Effect == "Allow"
}

# A document that refers to what the apply makes: its actions are known, and what it says of resources in part.
granted contains [document, "statement", statement] if {
	some document in plan.deferred.aws_iam_policy_document
	some block in document.change.after.statement
	block.effect in {null, "Allow"}
	count(object.get(block, "principals", [])) == 0
	statement := {
		"Action": [action | some action in block.actions],
		"Resource": [resource | some resource in block.resources],
	}
}

actions(statement) := plan.list(object.get(statement, "Action", []))

everything(statement) if "*" in plan.list(object.get(statement, "Resource", []))

deny_iam_admin contains plan.finding(
	"iam-admin", resource, attribute,
	"it allows every action (*); name the actions that are needed",
) if {
	some [resource, attribute, statement] in granted
	some action in actions(statement)
	action in {"*", "*:*"}
}

warn_iam_wide_actions contains plan.finding(
	"iam-wide-actions", resource, attribute,
	sprintf("it allows %s on every resource; name actions and resources", [action]),
) if {
	some [resource, attribute, statement] in granted
	everything(statement)
	some action in actions(statement)
	regex.match(`^[A-Za-z0-9-]+:\*$`, action)
}

warn_iam_user_policy contains plan.finding(
	"iam-user-policy", resource, "user",
	"rights are given to a single user; give them to a group or a role",
) if {
	some type in ["aws_iam_user_policy", "aws_iam_user_policy_attachment"]
	some resource in plan.resources[type]
}

warn_iam_access_key contains plan.finding(
	"iam-access-key", key, "",
	"a key that lasts is made, and its secret is kept in the state; use a role",
) if {
	some key in plan.resources.aws_iam_access_key
}

# --- who is let in --------------------------------------------------------------------------------------------------

deny_iam_trust_anyone contains plan.finding(
	"iam-trust-anyone", role, "assume_role_policy",
	"everybody may assume this role; name the principals or add a condition",
) if {
	some role in plan.resources.aws_iam_role
	some statement in plan.statements(role.change.after.assume_role_policy)
	plan.everybody(statement)
}

resource_policies := {
	"aws_ecr_repository_policy", "aws_efs_file_system_policy", "aws_glacier_vault", "aws_kms_key", "aws_kms_key_policy",
	"aws_secretsmanager_secret", "aws_secretsmanager_secret_policy", "aws_sns_topic", "aws_sns_topic_policy",
	"aws_sqs_queue", "aws_sqs_queue_policy", "aws_opensearch_domain_policy", "aws_backup_vault_policy",
}

deny_public_resource_policy contains plan.finding(
	"public-resource-policy", resource, attribute,
	"its policy allows every principal without a condition; name the principals",
) if {
	some type in resource_policies
	some resource in plan.resources[type]
	some attribute in ["policy", "access_policies", "access_policy"]
	some statement in plan.statements(resource.change.after[attribute])
	plan.everybody(statement)
}

deny_lambda_public_permission contains plan.finding(
	"lambda-public-permission", permission, "principal",
	"everybody may call the function; name the principal, or the source_account or source_arn",
) if {
	some permission in plan.resources.aws_lambda_permission
	permission.change.after.principal == "*"
	every argument in ["source_account", "source_arn", "principal_org_id"] {
		not plan.given(permission, [argument])
	}
}
