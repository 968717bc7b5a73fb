package queues

import rego.v1

default is_configuration_valid := false

default is_valid_delay := false

is_configuration_valid if {
  is_valid_delay
}

is_valid_delay if {
  some resource in input.planned_values.root_module.resources
  resource.type == "aws_sqs_queue"
  resource.values.delay_seconds == 60
}
