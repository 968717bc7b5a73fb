package main

deny[msg] {
  change := input.resource_changes[_]
  change.type == "aws_sqs_queue"
  change.change.after.delay_seconds < 10
  msg := sprintf("%s: delay of less than 10 seconds", [change.address])
}

warn[msg] {
  change := input.resource_changes[_]
  not change.change.after.tags
  msg := sprintf("%s has no tags", [change.address])
}
