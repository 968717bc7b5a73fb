# Databases, caches, warehouses and search.
package terraformer.aws.database

import data.terraformer.aws.plan
import rego.v1

deny_rds_encryption contains plan.finding(
	"rds-encryption", database, "storage_encrypted",
	"its storage is not encrypted; set storage_encrypted to true",
) if {
	some type in ["aws_db_instance", "aws_rds_cluster", "aws_docdb_cluster", "aws_neptune_cluster"]
	some database in plan.resources[type]
	not plan.on(database, ["storage_encrypted"])
	not inherits(database)
}

# Replicas and restored databases take it from their source, serverless version 1 has no choice.
inherits(database) if {
	some argument in ["replicate_source_db", "replication_source_identifier", "snapshot_identifier"]
	plan.given(database, [argument])
}

inherits(database) if database.change.after.engine_mode == "serverless"

deny_rds_public contains plan.finding(
	"rds-public", database, "publicly_accessible",
	"it gets a public address; set publicly_accessible to false",
) if {
	some type in ["aws_db_instance", "aws_rds_cluster_instance", "aws_dms_replication_instance"]
	some database in plan.resources[type]
	database.change.after.publicly_accessible == true
}

deny_rds_backups contains plan.finding(
	"rds-backups", database, "backup_retention_period",
	"no backups are kept; set backup_retention_period to 7 or more days",
) if {
	some database in plan.resources.aws_db_instance
	not plan.unknown(database, ["backup_retention_period"])
	days := plan.value(database, ["backup_retention_period"])
	days in {null, 0}
	not plan.given(database, ["replicate_source_db"])
}

deletable := {
	"aws_db_instance": "deletion_protection",
	"aws_rds_cluster": "deletion_protection",
	"aws_docdb_cluster": "deletion_protection",
	"aws_neptune_cluster": "deletion_protection",
	"aws_dynamodb_table": "deletion_protection_enabled",
}

warn_database_deletion_protection contains plan.finding(
	"database-deletion-protection", database, argument,
	sprintf("it can be deleted by mistake; set %s to true", [argument]),
) if {
	some type, argument in deletable
	some database in plan.resources[type]
	not plan.on(database, [argument])
}

warn_dynamodb_key contains plan.finding(
	"dynamodb-key", table, "server_side_encryption",
	"it is encrypted with a key of AWS; add a server_side_encryption block with enabled = true for a key of your own",
) if {
	some table in plan.resources.aws_dynamodb_table
	not plan.on(table, ["server_side_encryption", 0, "enabled"])
}

warn_dynamodb_recovery contains plan.finding(
	"dynamodb-recovery", table, "point_in_time_recovery",
	"it cannot be restored to a point in time; add a point_in_time_recovery block with enabled = true",
) if {
	some table in plan.resources.aws_dynamodb_table
	not plan.on(table, ["point_in_time_recovery", 0, "enabled"])
}

deny_redshift_encryption contains plan.finding(
	"redshift-encryption", cluster, "encrypted",
	"it is not encrypted; set encrypted to true",
) if {
	some cluster in plan.resources.aws_redshift_cluster
	not plan.on(cluster, ["encrypted"])
}

deny_redshift_public contains plan.finding(
	"redshift-public", cluster, "publicly_accessible",
	"it gets a public address; set publicly_accessible to false",
) if {
	some type in ["aws_redshift_cluster", "aws_redshiftserverless_workgroup"]
	some cluster in plan.resources[type]
	cluster.change.after.publicly_accessible == true
}

deny_elasticache_encryption contains plan.finding(
	"elasticache-encryption", group, "at_rest_encryption_enabled",
	"it is not encrypted at rest; set at_rest_encryption_enabled to true",
) if {
	some group in plan.resources.aws_elasticache_replication_group
	not plan.on(group, ["at_rest_encryption_enabled"])
	not plan.given(group, ["global_replication_group_id"])
}

deny_elasticache_transit contains plan.finding(
	"elasticache-transit", group, "transit_encryption_enabled",
	"traffic to it is not encrypted; set transit_encryption_enabled to true",
) if {
	some group in plan.resources.aws_elasticache_replication_group
	not plan.on(group, ["transit_encryption_enabled"])
	not plan.given(group, ["global_replication_group_id"])
}

search contains domain if {
	some type in ["aws_opensearch_domain", "aws_elasticsearch_domain"]
	some domain in plan.resources[type]
}

deny_search_encryption contains plan.finding(
	"search-encryption", domain, sprintf("%s[0].enabled", [block]),
	sprintf("%s is not enabled; add the block with enabled = true", [block]),
) if {
	some domain in search
	some block in ["encrypt_at_rest", "node_to_node_encryption"]
	not plan.on(domain, [block, 0, "enabled"])
}

deny_search_https contains plan.finding(
	"search-https", domain, "domain_endpoint_options[0].enforce_https",
	"it answers plain HTTP; add domain_endpoint_options with enforce_https = true",
) if {
	some domain in search
	not plan.on(domain, ["domain_endpoint_options", 0, "enforce_https"])
}

# --- passwords --------------------------------------------------------------------------------------------------------

secrets := {
	"aws_db_instance": "password",
	"aws_rds_cluster": "master_password",
	"aws_docdb_cluster": "master_password",
	"aws_redshift_cluster": "master_password",
	"aws_redshiftserverless_namespace": "admin_user_password",
	"aws_elasticache_replication_group": "auth_token",
	"aws_memorydb_user": "passwords",
	"aws_dms_endpoint": "password",
	"aws_directory_service_directory": "password",
	"aws_secretsmanager_secret_version": "secret_string",
}

deny_literal_secret contains plan.finding(
	"literal-secret", resource, argument,
	sprintf("%s is written in the source; take it from a sensitive variable or a secret store", [argument]),
) if {
	some type, argument in secrets
	some resource in plan.resources[type]
	plan.literal(resource, argument)
}

deny_literal_secret contains plan.finding(
	"literal-secret", parameter, "value",
	"the value of a SecureString is written in the source; take it from a sensitive variable",
) if {
	some parameter in plan.resources.aws_ssm_parameter
	parameter.change.after.type == "SecureString"
	plan.literal(parameter, "value")
}
