"""The functions that compiled intents share, as readable Rego v1; only those that are used are written.

They follow ``plan_view``, ``values`` and ``changes``, which do the same in Python.
"""

from __future__ import annotations

from collections.abc import Iterable

from terraformer.data.intents.plan_view import INSTANCE_KEYS
from terraformer.data.intents.values import NUMBER_TEXT

__all__ = ["HELPERS", "with_helpers"]

# name: (the helpers that it needs, its text)
HELPERS: dict[str, tuple[tuple[str, ...], str]] = {
    "resources": (
        (),
        """# Every managed resource instance that there is after apply.
resources := [resource |
	some resource in input.resource_changes
	resource.mode == "managed"
	not "deposed" in object.keys(resource)
	is_object(resource.change.after)
	not "forget" in resource.change.actions
]""",
    ),
    "changes": (
        (),
        """# What happens to every managed resource instance.
changes := [resource |
	some resource in input.resource_changes
	resource.mode == "managed"
	not "deposed" in object.keys(resource)
]""",
    ),
    "data_sources": (
        ("blocks", "bare", "prior_modules"),
        """# Every data source instance: read while planning, or waiting for apply.
data_sources := array.concat(
	[source |
		some source in input.resource_changes
		source.mode == "data"
		is_object(source.change.after)
		blocks[bare(source.address)]
	],
	[source |
		some module in prior_modules
		some entry in module.resources
		entry.mode == "data"
		not entry.address in {change.address | some change in input.resource_changes; change.mode == "data"}
		blocks[bare(entry.address)]
		source := {
			"address": entry.address,
			"type": entry.type,
			"name": entry.name,
			"module_address": object.get(module, "address", ""),
			"change": {"after": entry.values},
		}
	],
)""",
    ),
    "outputs": (
        (),
        """# The outputs of the root module.
outputs := [output |
	some name, block in input.configuration.root_module.outputs
	planned := object.get(input.planned_values, ["outputs", name], {})
	output := {
		"address": concat(".", ["output", name]),
		"name": name,
		"values": object.union_n([
			{"sensitive": object.get(block, "sensitive", false)},
			{key: value | some key, value in block; key == "description"},
			{key: value | some key, value in planned; key == "value"},
		]),
		"source": {"module": "", "expressions": {"value": object.get(block, "expression", {})}, "block": block},
	}
]""",
    ),
    "variables": (
        (),
        """# The variables of the root module.
variables := [variable |
	some name, block in input.configuration.root_module.variables
	given := object.get(input, ["variables", name], {})
	variable := {
		"address": concat(".", ["var", name]),
		"name": name,
		"values": object.union_n([
			{key: value | some key, value in block; key in {"default", "description"}},
			{"sensitive": object.get(block, "sensitive", false), "has_default": "default" in object.keys(block)},
			{key: value | some key, value in given; key == "value"},
			{"type": kind | kind := json_type[type_name(given.value)]},
		]),
	}
]

json_type := {"string": "string", "boolean": "bool", "number": "number", "array": "list", "object": "map"}""",
    ),
    "providers": (
        (),
        """# The provider configurations; the values of their arguments that are constants or root variables.
providers := [provider |
	some key, block in input.configuration.provider_config
	arguments := object.get(block, "expressions", {})
	provider := {
		"address": concat(".", ["provider", key]),
		"name": block.name,
		"values": object.union_n([
			{name: value | some name, expression in arguments; value := known(key, expression)},
			{name: values | some name, expression in arguments; values := known_blocks(key, expression)},
			{key_: value | some key_, value in block; key_ == "alias"},
			{"version": value | some key_, value in block; key_ == "version_constraint"},
		]),
		"source": {
			"module": concat(":", array.slice(split(key, ":"), 0, count(split(key, ":")) - 1)),
			"expressions": arguments,
			"block": block,
		},
	}
]

known(_, expression) := expression.constant_value if {
	is_object(expression)
	"constant_value" in object.keys(expression)
}

known(key, expression) := input.variables[name].value if {
	is_object(expression)
	not "constant_value" in object.keys(expression)
	not contains(key, ":")
	count(expression.references) == 1
	startswith(expression.references[0], "var.")
	name := substring(expression.references[0], 4, -1)
}

known_blocks(key, expression) := [{name: value | some name, inner in block; value := known(key, inner)} |
	some block in expression
] if is_array(expression)""",
    ),
    "module_calls": (
        ("modules", "join"),
        """# The module calls, nested ones too; the values of their arguments that are constants.
module_calls := [call |
	some address, module in modules
	some name, block in module.module_calls
	arguments := object.get(block, "expressions", {})
	call := {
		"address": join(address, concat(".", ["module", name])),
		"name": name,
		"module_address": address,
		"values": object.union_n([
			{key: expression.constant_value | some key, expression in arguments},
			{key: value | some key, value in block; key == "source"},
			{"version": value | some key, value in block; key == "version_constraint"},
		]),
		"source": {"module": address, "expressions": arguments, "block": block},
	}
]""",
    ),
    "elements": (
        (),
        """# The blocks at a value: a list's members, or the one object.
elements(value) := value if is_array(value)

elements(value) := [value] if is_object(value)""",
    ),
    "filled": (
        (),
        """# Neither null, nor "", nor empty.
filled(value) if not value in {null, "", [], {}}""",
    ),
    "text": (
        (),
        """text(value) := value if is_string(value)""",
    ),
    "keys": (
        (),
        """keys(value) := object.keys(value) if is_object(value)""",
    ),
    "size": (
        (),
        """size(value) := count(value) if is_array(value)

size(value) := count(value) if is_object(value)""",
    ),
    "numeric": (
        (),
        """# A number, or a string that is one.
numeric(value) := value if is_number(value)

numeric(value) := to_number(value) if {
	is_string(value)
	regex.match(`<NUMBER>`, value)
}""".replace("<NUMBER>", NUMBER_TEXT),
    ),
    "scalar": (
        (),
        """scalar(value) if is_string(value)

scalar(value) if is_number(value)

scalar(value) if is_boolean(value)""",
    ),
    "same_members": (
        (),
        """# A list of just these members, each in one of its spellings.
same_members(members, wanted) if {
	is_array(members)
	every member in members {
		some spellings in wanted
		member in spellings
	}
	every spellings in wanted {
		some member in members
		member in spellings
	}
}""",
    ),
    "has_member": (
        (),
        """# A list that holds a member, in one of its spellings.
has_member(members, spellings) if {
	is_array(members)
	some member in members
	member in spellings
}""",
    ),
    "parsed": (
        (),
        """# The value of a JSON text.
parsed(value) := json.unmarshal(value) if {
	is_string(value)
	json.is_valid(value)
}""",
    ),
    "is_set": (
        ("filled", "pending"),
        """# An argument that has a value, or will have one after apply.
is_set(_, block, path) if filled(block[path[count(path) - 1]])

is_set(subject, block, path) if pending(subject, block, path)""",
    ),
    "pending": (
        ("written",),
        """# An argument that is written, and known only after apply.
pending(subject, block, path) if {
	is_object(block)
	not path[count(path) - 1] in object.keys(block)
	written(subject, path)
}""",
    ),
    "written": (
        ("expressions",),
        """# The configuration writes an argument with an expression that is no constant.
written(subject, path) if {
	some expression in expressions(subject)
	expression.path == array.slice(path, 0, count(expression.path))
}""",
    ),
    "refers_to": (
        ("reached",),
        r"""# An argument refers to something, given as a pattern of addresses without the modules before them.
refers_to(subject, path, pattern) if {
	some node in reached(subject, path)
	regex.match(concat("", [`^(module\.[^.]+\.)*`, pattern, `$`]), node)
}""",
    ),
    "names_attribute": (
        (),
        """# A reference names an attribute, or a part of it.
names_attribute(node, attribute) if node == attribute

names_attribute(node, attribute) if startswith(node, concat("", [attribute, "."]))""",
    ),
    "reached": (
        ("direct", "edges", "relevant"),
        r"""# What an argument refers to, directly or by way of modules, policy documents and locals.
reached(subject, path) := nodes | local_nodes if {
	starts := direct(subject, path)
	nodes := starts | {next | some node in graph.reachable(edges, starts); some next in edges[node]}
	local_nodes := {next |
		some node in nodes
		regex.match(`^(module\.[^.]+\.)*local\.`, node)
		some next in relevant
	}
}""",
    ),
    "direct": (
        ("expressions", "block_of", "symbols"),
        """# What an argument (or one under or around it) refers to, without following. [] is any argument.
direct(subject, path) := symbols(block_of(subject).module, names) if {
	written_names := {name |
		some expression in expressions(subject)
		shorter := min([count(expression.path), count(path)])
		array.slice(expression.path, 0, shorter) == array.slice(path, 0, shorter)
		some name in expression.references
		is_string(name)
	}
	each_names := {name |
		some written_name in written_names
		startswith(written_name, "each.")
		some name in block_of(subject).block.for_each_expression.references
	}
	names := written_names | each_names
}""",
    ),
    "symbols": (
        ("bare", "join"),
        r"""# References of a module seen from the root module, without instance keys.
symbols(module, references) := {join(module, name) |
	names := {bare(reference) | some reference in references}
	some name in names
	not said_better(name, names)
}

# module.vpc says nothing beside module.vpc.id.
said_better(name, names) if {
	regex.match(`^module\.[^.]+$`, name)
	some other in names
	startswith(other, concat("", [name, "."]))
}""",
    ),
    "expressions": (
        ("block_of",),
        """# The expressions that refer to something, as {path without list positions, references}.
expressions(subject) := [found |
	walk(block_of(subject).expressions, [at, expression])
	is_array(expression.references)
	found := {"path": [step | some step in at; is_string(step)], "references": expression.references}
]""",
    ),
    "edges": (
        ("modules", "blocks", "direct", "join", "symbols"),
        r"""# What the variables and outputs of modules, and policy documents, refer to in their turn.
edges := object.union_n([variable_edges, output_edges, module_edges, document_edges])

calls := [call |
	some address, module in modules
	some name, call_block in module.module_calls
	call := {"outer": address, "inner": join(address, concat(".", ["module", name])), "block": call_block}
]

variable_edges := {node: nodes |
	some call in calls
	some argument in object.keys(object.get(call.block, "expressions", {}))
	node := concat(".", [call.inner, "var", argument])
	caller := {"source": {"module": call.outer, "expressions": call.block.expressions, "block": call.block}}
	nodes := direct(caller, [argument])
}

output_edges := {node: nodes |
	some call in calls
	some output, block in call.block.module.outputs
	node := concat(".", [call.inner, output])
	nodes := symbols(call.inner, object.get(block, ["expression", "references"], []))
}

module_edges := {call.inner: nodes |
	some call in calls
	nodes := {concat(".", [call.inner, output]) | some output, _ in call.block.module.outputs}
}

document_edges := {address: nodes |
	some address, block in blocks
	regex.match(`^(module\.[^.]+\.)*data\.aws_iam_policy_document\.[^.]+$`, address)
	nodes := direct({"source": block}, [])
}""",
    ),
    "relevant": (
        ("bare",),
        """# What the plan calls relevant: the resources that its locals may refer to.
relevant := {bare(entry.resource) | some entry in input.relevant_attributes} | {name |
	some entry in input.relevant_attributes
	is_string(entry.attribute[0])
	name := concat(".", [bare(entry.resource), entry.attribute[0]])
}""",
    ),
    "statements": (
        ("parsed", "documents", "elements", "json_statements", "planned_statements"),
        """# The statements of the policy document that an argument holds, or refers to while it is not known.
statements(_, block, path) := json_statements(parsed(block[path[count(path) - 1]]))

statements(subject, block, path) := [statement |
	some document in documents(subject, path)
	some statement in planned_statements(document)
] if {
	is_object(block)
	not path[count(path) - 1] in object.keys(block)
}""",
    ),
    "documents": (
        ("reached", "bare"),
        """# The planned values of the policy documents that an argument refers to and that wait for apply.
documents(subject, path) := [source.change.after |
	nodes := reached(subject, path)
	some source in input.resource_changes
	source.mode == "data"
	source.type == "aws_iam_policy_document"
	bare(source.address) in nodes
	is_object(source.change.after)
]""",
    ),
    "json_statements": (
        ("many", "elements"),
        """# The statements of an IAM policy document in JSON.
json_statements(document) := [statement |
	some entry in elements(document.Statement)
	is_object(entry)
	statement := {
		"effect": object.get(entry, "Effect", ""),
		"actions": many(object.get(entry, "Action", null)),
		"resources": many(object.get(entry, "Resource", null)),
		"principals": json_principals(object.get(entry, "Principal", null)),
		"conditions": json_conditions(object.get(entry, "Condition", null)),
	}
]

json_principals(value) := [["*", "*"]] if value == "*"

json_principals(value) := [[kind, identifier] |
	is_object(value)
	some kind, several in value
	some identifier in many(several)
] if value != "*"

json_conditions(value) := [[test, variable, single] |
	is_object(value)
	some test, pairs in value
	is_object(pairs)
	some variable, several in pairs
	some single in many(several)
]""",
    ),
    "planned_statements": (
        ("many", "elements"),
        """# The statements that a data.aws_iam_policy_document will have.
planned_statements(document) := [statement |
	some entry in elements(document.statement)
	is_object(entry)
	statement := {
		"effect": planned_effect(object.get(entry, "effect", null)),
		"actions": many(object.get(entry, "actions", null)),
		"resources": many(object.get(entry, "resources", null)),
		"principals": [[principal.type, identifier] |
			some principal in elements(object.get(entry, "principals", []))
			some identifier in many(principal.identifiers)
		],
		"conditions": [[condition.test, condition.variable, single] |
			some condition in elements(object.get(entry, "condition", []))
			some single in many(condition.values)
		],
	}
]

planned_effect(effect) := "Allow" if is_null(effect)

planned_effect(effect) := effect if not is_null(effect)""",
    ),
    "many": (
        (),
        """# One or several.
many(value) := value if is_array(value)

many(value) := [] if is_null(value)

many(value) := [] if is_object(value)

many(value) := [value] if is_string(value)

many(value) := [value] if is_number(value)

many(value) := [value] if is_boolean(value)""",
    ),
    "covers": (
        (),
        """# An action of a statement grants another one, by its wildcards too.
covers(listed, action) if {
	is_string(listed)
	regex.match(`^[a-z0-9:*?_-]+$`, lower(listed))
	pattern := replace(replace(lower(listed), "*", ".*"), "?", ".")
	regex.match(concat("", ["^", pattern, "$"]), lower(action))
}""",
    ),
    "module_of": (
        ("bare",),
        """# The address of a resource's module, without instance keys; "" is the root module.
module_of(resource) := bare(object.get(resource, "module_address", ""))""",
    ),
    "block_of": (
        ("blocks", "bare"),
        """# Where something is written.
block_of(subject) := blocks[bare(subject.address)] if not subject.source

block_of(subject) := subject.source""",
    ),
    "blocks": (
        ("modules", "join"),
        """# The configuration's resource and data blocks by address, and where they are written.
blocks[join(address, block.address)] := source if {
	some address, module in modules
	some block in module.resources
	source := {"module": address, "expressions": object.get(block, "expressions", {}), "block": block}
}""",
    ),
    "modules": (
        (),
        """# The configuration's modules by address; "" is the root module.
modules[""] := input.configuration.root_module

modules[address] := module if {
	walk(input.configuration.root_module.module_calls, [path, module])
	count(path) % 3 == 2
	every i, step in path {
		module_step(i % 3, step)
	}
	is_object(module)
	address := concat(".", [part | some i, step in path; i % 3 == 0; part := concat("", ["module.", step])])
}

module_step(position, _) if position == 0

module_step(position, step) if {
	position == 1
	step == "module"
}

module_step(position, step) if {
	position == 2
	step == "module_calls"
}""",
    ),
    "prior_modules": (
        (),
        """# The modules of the state that the plan starts from.
prior_modules := [module |
	walk(input.prior_state.values.root_module, [path, module])
	every step in path {
		step_into_module(step)
	}
	is_object(module)
]

step_into_module(step) if step == "child_modules"

step_into_module(step) if is_number(step)""",
    ),
    "join": (
        (),
        """# A name seen from the root module.
join(module, name) := name if module == ""

join(module, name) := concat(".", [module, name]) if module != ""
""".rstrip(),
    ),
    "bare": (
        (),
        """# An address or reference without instance keys.
bare(address) := regex.replace(address, `<KEYS>`, "")""".replace("<KEYS>", INSTANCE_KEYS),
    ),
    "differs": (
        ("differing", "under"),
        """# Something at a path differs.
differs(resource, path) if {
	some changed in differing(resource)
	under(changed, path)
}""",
    ),
    "unasked": (
        ("differing", "unknown", "under", "written", "reached", "restless"),
        """# What differs and is neither asked for nor follows from what is.
unasked(resource, asked) := {path |
	allowed := (asked | {["tags_all"]}) | consequences(resource)
	some path in differing(resource)
	not under_any(path, allowed)
}

under_any(path, allowed) if {
	some outer in allowed
	under(path, outer)
}

# Computed values, and arguments that refer to what is changed itself.
consequences(resource) := {path |
	some path in unknown(resource)
	not written(resource, path)
} | drawn_along(resource)

drawn_along(resource) := {path |
	some path in unknown(resource)
	count(reached(resource, path) & restless) > 0
}""",
    ),
    "differing": (
        ("unknown", "filled"),
        """# The paths, without list positions, at which a resource differs, or will perhaps.
differing(resource) := (leaf_paths | rearranged) | unknown(resource) if {
	before := leaves(resource.change.before)
	after := leaves(resource.change.after)
	leaf_paths := {leaf[0] | some leaf in (before - after) | (after - before)}
	names := {name |
		some side in ["before", "after"]
		is_object(resource.change[side])
		some name, _ in resource.change[side]
	}
	rearranged := {[name] |
		some name in names
		either_filled(resource, name)
		not same_value(resource, name)
		every path in leaf_paths {
			path[0] != name
		}
	}
}

either_filled(resource, name) if filled(resource.change.before[name])

either_filled(resource, name) if filled(resource.change.after[name])

same_value(resource, name) if {
	before := object.get(resource.change, ["before", name], null)
	before == object.get(resource.change, ["after", name], null)
}

# Values with their paths, without list positions: the order of a list makes no difference.
leaves(values) := {[path, value] |
	walk(values, [at, value])
	not is_object(value)
	not is_array(value)
	not is_null(value)
	path := [step | some step in at; is_string(step)]
}""",
    ),
    "unknown": (
        (),
        """# The paths, without list positions, of what is known only after apply.
unknown(resource) := {path |
	walk(resource.change.after_unknown, [at, value])
	value == true
	path := [step | some step in at; is_string(step)]
}""",
    ),
    "under": (
        (),
        """under(path, outer) if array.slice(path, 0, count(outer)) == outer""",
    ),
    "restless": (
        ("changes", "bare", "unknown"),
        """# Resources that were there before and have values known only after apply, and data sources that are read only
# then, since something that they depend on changes.
restless := changing | waiting

changing := {bare(resource.address) |
	some resource in changes
	not resource.change.actions in [["no-op"], ["read"]]
	not is_null(object.get(resource.change, "before", null))
	count(unknown(resource)) > 0
}

waiting := {bare(source.address) |
	some source in input.resource_changes
	source.mode == "data"
	object.get(source, "action_reason", "") == "read_because_dependency_pending"
}""",  # noqa: E501
    ),
}


def with_helpers(names: Iterable[str]) -> list[str]:
    """The texts of the helpers and of all that they need, each once, in the order of ``HELPERS``."""
    needed: set[str] = set()
    stack = list(names)
    while stack:
        name = stack.pop()
        if name not in needed:
            needed.add(name)
            stack.extend(HELPERS[name][0])
    return [text for name, (_, text) in HELPERS.items() if name in needed]
