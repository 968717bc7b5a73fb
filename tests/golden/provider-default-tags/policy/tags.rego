package tags

import rego.v1

default is_valid_team := false

is_valid_team if {
  every change in input.resource_changes {
    change.change.after.tags_all.team == "red"
  }
}
