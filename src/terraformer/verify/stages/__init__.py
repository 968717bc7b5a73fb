"""Stages that look at a plan. Compile and deploy are one Terraform command (terraformer.verify.pipeline)."""
