"""terraformer: natural language to Terraform, proven by formal verification."""
