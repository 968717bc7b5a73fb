package queues

default is_valid_queue = false

is_valid_queue {
  some i
  resource := input.planned_values.root_module.resources[i]
  resource.type == "aws_sqs_queue"
  resource.values.sqs_managed_sse_enabled == true
}
