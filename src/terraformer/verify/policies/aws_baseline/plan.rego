# What the rules of this library ask of a plan (`terraform show -json`, format version 1.x).
package terraformer.aws.plan

import rego.v1

# Managed resources that exist once the plan is applied, in all modules, by type. A resource that is deleted is not
# among them.
resources[type] contains resource if {
	some resource in input.resource_changes
	resource.mode == "managed"
	resource.change.after != null
	type := resource.type
}

# Data sources whose reading waits for the apply: their arguments are known all the same.
deferred[type] contains resource if {
	some resource in input.resource_changes
	resource.mode == "data"
	resource.change.after != null
	type := resource.type
}

# A member of a deny or warn set. The text says what is wrong and, behind a semicolon, how to mend it.
finding(rule, resource, attribute, text) := {
	"msg": sprintf("%s: %s", [resource.address, text]),
	"address": resource.address,
	"attribute": attribute,
	"rule": rule,
	"fix": sentence(substring(text, indexof(text, "; ") + 2, -1)),
}

sentence(text) := concat("", [upper(substring(text, 0, 1)), substring(text, 1, -1), "."])

# --- values -----------------------------------------------------------------------------------------------------------

# The planned value at a path, null where there is none or it is not known yet.
value(resource, path) := object.get(resource.change.after, path, null)

# A value that the configuration sets and only the apply will tell. Arguments that the configuration leaves to the
# service are "known after apply" too, but they are not set.
unknown(resource, path) if {
	object.get(resource.change.after_unknown, path, false) == true
	written(resource, path[0])
}

unknown(resource, path) if {
	count(path) > 1
	object.get(resource.change.after_unknown, [path[0]], false) == true
	written(resource, path[0])
}

# A nested value inside a list of blocks that is unknown as a whole.
unknown(resource, path) if {
	count(path) > 2
	object.get(resource.change.after_unknown, [path[0], path[1]], false) == true
}

written(resource, argument) if {
	expressions := declared[declared_address(resource)]
	_ = expressions[argument]
}

# Modules deeper than `modules` reaches: the configuration is not looked up, so that nothing is taken as left out.
written(resource, _) if not declared[declared_address(resource)]

yes(value) if value == true

yes(value) if value == "true"

on(resource, path) if yes(value(resource, path))

on(resource, path) if unknown(resource, path)

empty(value) if value in [null, "", [], {}]

# Set to something, known or not.
given(resource, path) if unknown(resource, path)

given(resource, path) if not empty(value(resource, path))

# --- configuration ----------------------------------------------------------------------------------------------------

modules[""] := input.configuration.root_module

modules[prefix] := call.module if {
	some a, call in input.configuration.root_module.module_calls
	prefix := sprintf("module.%s.", [a])
}

modules[prefix] := second.module if {
	some a, first in input.configuration.root_module.module_calls
	some b, second in first.module.module_calls
	prefix := sprintf("module.%s.module.%s.", [a, b])
}

modules[prefix] := third.module if {
	some a, first in input.configuration.root_module.module_calls
	some b, second in first.module.module_calls
	some c, third in second.module.module_calls
	prefix := sprintf("module.%s.module.%s.module.%s.", [a, b, c])
}

# The arguments of every declared resource, by its address without instance keys.
declared[address] := expressions if {
	some prefix, module in modules
	some block in module.resources
	address := concat("", [prefix, block.address])
	expressions := object.get(block, "expressions", {})
}

module_prefix(resource) := "" if not resource.module_address

module_prefix(resource) := prefix if {
	bare := regex.replace(resource.module_address, `\[("[^"]*"|[0-9]+)\]`, "")
	prefix := concat("", [bare, "."])
}

declared_address(resource) := concat("", [module_prefix(resource), local_address(resource)])

local_address(resource) := concat(".", [resource.type, resource.name])

# What an argument refers to, as Terraform lists it: "aws_s3_bucket.logs.id", "aws_s3_bucket.logs", "var.bucket", ...
references(resource, argument) := {reference |
	some reference in declared[declared_address(resource)][argument].references
}

# A literal string in the source.
literal(resource, argument) := text if {
	text := declared[declared_address(resource)][argument].constant_value
	is_string(text)
	text != ""
}

# --- resources that belong to others ------------------------------------------------------------------------------------

identities(resource) := {text |
	some key in ["id", "arn", "name", "bucket", "function_name", "identifier"]
	text := resource.change.after[key]
	is_string(text)
}

# Whether an argument of `other` names the resource: by an equal value, ...
names(other, argument, resource) if other.change.after[argument] in identities(resource)

# ... by a reference in the same module, ...
names(other, argument, resource) if {
	module_prefix(other) == module_prefix(resource)
	local_address(resource) in references(other, argument)
}

# ... or, as far as anybody can tell before the apply, by a variable, a local value, a module's output or for_each.
names(other, argument, resource) if {
	object.get(other.change.after_unknown, argument, false) == true
	not direct(other, argument, resource.type)
}

direct(other, argument, type) if {
	some reference in references(other, argument)
	startswith(reference, concat("", [type, "."]))
}

# --- policy documents -----------------------------------------------------------------------------------------------

list(value) := value if is_array(value)

list(value) := [value] if not is_array(value)

# The statements of a policy document in JSON; none where it is not known or not JSON.
statements(text) := list(json.unmarshal(text).Statement) if {
	is_string(text)
	json.is_valid(text)
}

# Everybody is let in: Principal "*", { "AWS": "*" } or a list with "*" in it, and no condition narrows that.
everybody(statement) if {
	statement.Effect == "Allow"
	not statement.Condition
	anyone(statement.Principal)
}

anyone(principal) if principal == "*"

anyone(principal) if {
	some kind in ["AWS", "*"]
	"*" in list(principal[kind])
}
