"""What a change request in English allows, by its words alone.

Deliberately conservative: a resource may be removed, or replaced, only where a verb of removal (or of replacement) has
it as its object, by address, by label, by the name that the configuration gives it, or by the words of its type
("the logs bucket", "the jobs queue", "aws_sqs_queue.jobs"). "Remove the tag from the bucket" removes no bucket.
A replacement is allowed too where the request names the resource and what forces the replacement ("change the CIDR
block of the VPC to 10.1.0.0/16").

Not covered: pronouns across sentences, negation beyond "do not", languages other than English, resources that are only
described ("everything that is public"). An intent (data/intents) says all of this exactly.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from terraformer.hcl import ModuleTree, scan
from terraformer.types import ChangeKind, ChangeScope, ChangeSummary, ResourceChange, Severity, TerraformConfig
from terraformer.types.change import bare_address

__all__ = ["scope_from_words"]

_REMOVE = {
    "remove", "delete", "drop", "destroy", "eliminate", "decommission", "retire", "undeploy", "scrap",
    "removing", "deleting", "dropping", "destroying",
}  # fmt: skip
_REPLACE = {"replace", "recreate", "rebuild", "reprovision", "swap", "taint", "replacing", "recreating"}
_OTHER_VERBS = {
    "add", "allow", "append", "apply", "attach", "bump", "change", "close", "configure", "convert", "create",
    "decrease", "define", "deny", "disable", "downgrade", "downsize", "enable", "encrypt", "enforce", "ensure",
    "expand", "export", "extend", "extract", "give", "grant", "increase", "install", "introduce", "keep", "leave",
    "let", "limit", "lower", "make", "migrate", "modify", "move", "open", "parameterise", "parameterize",
    "preserve", "protect", "put", "raise", "reduce", "refactor", "rename", "resize", "restrict", "retain", "rotate",
    "scale", "schedule", "set", "shorten", "shrink", "split", "store", "switch", "tag", "turn", "update", "upgrade",
    "use", "wire",
}  # fmt: skip
_PHRASES = (
    (re.compile(r"\bget rid of\b", re.I), "remove"),
    (re.compile(r"\btear down\b", re.I), "remove"),
    (re.compile(r"\btake (?:out|away)\b", re.I), "remove"),
    (re.compile(r"\bre-(create|build|provision)\b", re.I), r"re\1"),
    (re.compile(r"\b(?:do not|don't|never|without)\s+(\w+)", re.I), r"keep \1-not"),
    (re.compile(r"\b(?:we )?no longer need\b", re.I), "remove"),
)
_SPLIT = re.compile(r"[;!?\n]+|\.(?=\s|$)|,|\b(?:and|then|but|also|plus|while|so that)\b", re.I)
_PREPOSITIONS = {
    "from", "of", "in", "on", "for", "to", "with", "at", "by", "into", "that", "which", "whose", "under", "inside",
    "as", "because", "since", "using", "via",
}  # fmt: skip
_NAMED = {"named", "called", "labelled", "labeled"}
_EMPTY = {
    "the", "a", "an", "its", "their", "this", "that", "these", "those", "all", "every", "each", "any", "both", "old",
    "existing", "current", "unused", "resource", "resources", "block", "blocks", "entirely", "completely", "altogether",
    "please", "too", "well", "again", "now", "aws", "whole", "entire", "my", "our", "terraform", "safely", "obsolete",
    "it", "them",
}  # fmt: skip
_NO_RESOURCES = {"output", "variable", "local", "tag", "argument", "attribute", "label", "comment", "provider"}
_GENERIC = {"this", "main", "default", "example", "primary", "test", "a", "b", "self"}
_ALL = re.compile(r"\b(?:all|every|everything|each|everywhere|throughout|whole)\b", re.I)
_TEXT_ONLY = re.compile(
    r"\b(?:comments?|reformat|formatting|format|documentation|document|whitespace|indentation)\b", re.I
)
_WORD = re.compile(r"[A-Za-z0-9_./:*-]*[A-Za-z0-9*]")
_LITERAL = re.compile(r'"([^"\\$%{}\n]{3,80})"')
_DEPENDENT = re.compile(r"_(?:attachment|association|permission|policy|rule|subscription|membership)$")

# How people call things whose type says it otherwise.
_ALIASES = {
    "aws_instance": ("instance", "ec2", "ec2 instance", "server", "vm", "virtual machine", "machine"),
    "aws_lambda_function": ("lambda", "function"),
    "aws_db_instance": ("database", "db", "rds", "rds instance", "rds database"),
    "aws_rds_cluster": ("database", "aurora", "aurora cluster", "database cluster"),
    "aws_lb": ("load balancer", "alb", "nlb", "elb", "balancer"),
    "aws_alb": ("load balancer", "alb", "balancer"),
    "aws_elb": ("load balancer", "elb", "balancer"),
    "aws_eip": ("elastic ip", "ip address", "public ip"),
    "aws_autoscaling_group": ("auto scaling group", "asg", "scaling group"),
    "aws_security_group": ("firewall", "sg"),
    "aws_cloudwatch_metric_alarm": ("alarm", "alert"),
    "aws_dynamodb_table": ("dynamo table", "dynamodb"),
    "aws_ebs_volume": ("disk", "volume"),
    "aws_efs_file_system": ("efs", "file share"),
    "aws_s3_object": ("object", "file"),
    "aws_nat_gateway": ("nat",),
    "aws_internet_gateway": ("igw",),
    "aws_cloudfront_distribution": ("cdn", "cloudfront"),
    "aws_elasticache_cluster": ("cache", "redis"),
    "aws_elasticache_replication_group": ("cache", "redis"),
    "aws_kinesis_stream": ("stream",),
    "aws_s3_bucket_server_side_encryption_configuration": ("bucket encryption", "encryption"),
    "aws_s3_bucket_lifecycle_configuration": ("lifecycle rule", "bucket lifecycle", "lifecycle"),
    "aws_vpc_security_group_ingress_rule": ("ingress rule", "inbound rule"),
    "aws_vpc_security_group_egress_rule": ("egress rule", "outbound rule"),
}


@dataclass(frozen=True, slots=True)
class _Thing:
    """A block that a request may mean."""

    address: str
    type: str
    label: str
    text: str
    literals: frozenset[str]
    names: tuple[tuple[str, ...], ...]

    @property
    def label_words(self) -> tuple[str, ...]:
        return tuple(_singular(w) for w in re.split(r"[_-]+", self.label.lower()) if w)


@dataclass(frozen=True, slots=True)
class _Clause:
    """A verb of removal or replacement (or "" for any other) with its object and the rest of the clause."""

    verb: str
    object: tuple[str, ...]
    rest: tuple[str, ...]


def scope_from_words(
    request: str, before: TerraformConfig | ModuleTree, summary: ChangeSummary | None = None
) -> ChangeScope:
    """What a request in English allows, by its words alone: only what it plainly names.

    ``before`` is the configuration that the request is about. ``summary``, where there is one already, lets the scope
    allow a replacement whose cause the request names. What the scope does not say may be changed is a warning.
    """
    things = list(_things(before))
    clauses = list(_clauses(request))
    remove = _targets(things, (c for c in clauses if c.verb == "remove"))
    replace = _targets(things, (c for c in clauses if c.verb == "replace"))
    remove += [t for t in _dependents(things, remove) if t not in remove]
    named = _named(things, request)
    forced = [r.address for r in summary.replaced if _asked(r, request, named)] if summary is not None else []
    outputs = _outputs(clauses)
    change: tuple[str, ...] = ("*",)
    if named and not _ALL.search(request):
        near = _neighbours(things, named)
        change = tuple(dict.fromkeys([t.address for t in near] + ["output.*"]))
    removable = [t.address for t in remove] + [t.address for t in replace] + outputs
    return ChangeScope(
        remove=tuple(dict.fromkeys(removable)),
        replace=tuple(dict.fromkeys([t.address for t in replace] + forced)),
        change=change,
        elsewhere=Severity.WARNING,
        expects_change=not _TEXT_ONLY.search(request),
        source="words",
    )


# --- the configuration ----------------------------------------------------------------------------------------------


def _things(before: TerraformConfig | ModuleTree) -> Iterator[_Thing]:
    tree = before if isinstance(before, ModuleTree) else scan(before.files, before.root)
    files = {} if isinstance(before, ModuleTree) else before.files
    for module in tree.modules.values():
        prefix = "".join(f"module.{step}." for step in module.key.split(".") if step)
        for block in module.resources:
            r = block.range
            text = files.get(r.file, b"")[r.start.byte : r.end.byte].decode("utf-8", "replace")
            yield _Thing(
                prefix + block.address,
                block.type,
                block.name,
                text,
                frozenset(found.lower() for found in _LITERAL.findall(text)),
                _names_of(block.type),
            )
        for call in module.module_calls:
            yield _Thing(f"{prefix}module.{call.name}", "module", call.name, "", frozenset(), (("module",),))


def _names_of(type_: str) -> tuple[tuple[str, ...], ...]:
    """The word sequences that may stand for a type: every end of its name, and what else people say."""
    words = [_singular(w) for w in type_.split("_")[1:]]
    ends = [tuple(words[i:]) for i in range(len(words))]
    return (*ends, *(tuple(_singular(w) for w in alias.split()) for alias in _ALIASES.get(type_, ())))


def _singular(word: str) -> str:
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith(("sses", "xes", "ches", "shes")):
        return word[:-2]
    return word[:-1] if word.endswith("s") and not word.endswith(("ss", "us", "is", "ns", "dns")) else word


# --- the request ----------------------------------------------------------------------------------------------------


def _clauses(request: str) -> Iterator[_Clause]:
    """Clause by clause; one that has no verb of its own goes on with the one before ("the queue and its policy")."""
    text = request
    for pattern, plain in _PHRASES:
        text = pattern.sub(plain, text)
    verb = ""
    for part in _SPLIT.split(text):
        words = _WORD.findall(part.replace("`", " ").replace('"', " ").replace("'s", " "))
        if not words:
            continue
        found = next((i for i, w in enumerate(words) if _verb(w) is not None), None)
        if found is not None:
            verb = _verb(words[found]) or ""
            words = words[found + 1 :]
        cut = next((i for i, w in enumerate(words) if w.lower() in _PREPOSITIONS), len(words))
        if any(w.lower() in _NAMED for w in words[:cut]):
            at = next(i for i, w in enumerate(words) if w.lower() in _NAMED)
            # "the queue named jobs" is "the jobs queue"
            words = [*words[at + 1 : at + 2], *words[:at], *words[at + 2 :]]
            cut = min(cut, len(words))
        yield _Clause(verb, tuple(words[:cut]), tuple(words[cut:]))


def _verb(word: str) -> str | None:
    word = word.lower()
    if word in _REMOVE:
        return "remove"
    if word in _REPLACE:
        return "replace"
    return "" if word in _OTHER_VERBS else None


def _targets(things: Sequence[_Thing], clauses: Iterable[_Clause]) -> list[_Thing]:
    found: list[_Thing] = []
    for clause in clauses:
        found += [t for t in _objects(things, clause) if t not in found]
    return found


def _objects(things: Sequence[_Thing], clause: _Clause) -> list[_Thing]:
    """What the object of a verb names."""
    plain = [w for w in clause.object if w.lower() not in _EMPTY]
    if any(_singular(w.lower()) in _NO_RESOURCES for w in plain):
        return []
    exact = [t for w in plain for t in things if bare_address(w) == t.address]
    if exact or not plain:
        return exact
    words = [_singular(x) for w in plain for x in re.split(r"[_-]+", w.lower()) if x]
    literal = {w.lower() for w in plain}
    matches = [(_ending(t, words), t) for t in things]
    length = max((n for n, _ in matches), default=0)
    if length == 0:
        # no word of a type: a label or a name by itself
        return [t for t in things if _is_label(t, words) or (t.literals & literal)]
    found = [t for n, t in matches if n == length]
    left = words[:-length]
    if not left:
        around = {w.lower() for w in clause.rest}
        narrowed = [t for t in found if t.label.lower() in around or t.literals & around]
        return narrowed or found
    by_label = [t for t in found if _is_label(t, left) or t.literals & literal]
    by_label = by_label or [t for t in found if set(left) <= set(t.label_words)]
    # Other words may describe it; that is plain enough only where there is one of its kind.
    return by_label or (found if len(found) == 1 and not _other_label(things, left) else [])


def _ending(thing: _Thing, words: list[str]) -> int:
    """How many words at the end of a phrase name the type."""
    return max((len(n) for n in thing.names if n and tuple(words[-len(n) :]) == n), default=0)


def _is_label(thing: _Thing, words: Sequence[str]) -> bool:
    return bool(words) and tuple(words) == thing.label_words


def _other_label(things: Sequence[_Thing], words: Sequence[str]) -> bool:
    """Whether the words are the label of something: then they describe that."""
    return any(_is_label(t, words) for t in things)


def _dependents(things: Sequence[_Thing], gone: Sequence[_Thing]) -> list[_Thing]:
    """What exists only for a removed resource: its policy, attachment, versioning, ... which refer to it."""
    found: list[_Thing] = []
    for old in gone:
        if old.type == "module":
            found += [t for t in things if t.address.startswith(f"{old.address}.")]
            continue
        local = old.address.rsplit("module.", 1)[-1].split(".", 1)[-1] if "module." in old.address else old.address
        mention = re.compile(rf"(?<![\w.-]){re.escape(local)}(?![\w-])")
        for thing in things:
            belongs = thing.type.startswith(f"{old.type}_") or _DEPENDENT.search(thing.type)
            if thing is not old and belongs and mention.search(thing.text):
                found.append(thing)
    return found


def _named(things: Sequence[_Thing], request: str) -> list[_Thing]:
    """Everything that the request names in any way: by address, label, own name, type or the words of the type."""
    lower = request.lower()
    words = [_singular(x) for w in _WORD.findall(lower) for x in re.split(r"[_./-]+", w) if x]
    joined = f" {' '.join(words)} "
    plain = set(re.findall(r"[\w./:-]*\w", lower))

    def has(sequence: Sequence[str]) -> bool:
        return f" {' '.join(sequence)} " in joined

    by_label = [
        t
        for t in things
        if t.address.lower() in plain or (t.label.lower() not in _GENERIC and has(t.label_words)) or t.literals & plain
    ]
    by_type = [t for t in things if t.type in plain or any(has(n) for n in t.names if len(n) > 1 or len(n[0]) > 2)]
    both = [t for t in by_label if t in by_type]
    return both or list(dict.fromkeys([*by_label, *by_type]))


def _neighbours(things: Sequence[_Thing], named: Sequence[_Thing]) -> list[_Thing]:
    """The named ones, and those that refer to them or that they refer to."""

    def mentions(text: str, thing: _Thing) -> bool:
        local = thing.address if thing.type == "module" else f"{thing.type}.{thing.label}"
        return re.search(rf"(?<![\w.-]){re.escape(local)}(?![\w-])", text) is not None

    return [t for t in things if t in named or any(mentions(t.text, n) or mentions(n.text, t) for n in named)]


def _outputs(clauses: Iterable[_Clause]) -> list[str]:
    found: list[str] = []
    for clause in clauses:
        words = [w.lower() for w in clause.object]
        if clause.verb == "remove" and {"output", "outputs"} & set(words):
            left = [w for w in words if w not in _EMPTY and w not in ("output", "outputs")]
            found += [f"output.{w}" for w in left] or ["output.*"]
    return found


# --- replacements ---------------------------------------------------------------------------------------------------

_WEAK = {"id", "name", "type", "enabled", "configuration", "config", "block", "value", "key", "arn", "mode", "prefix"}
_RENAMING = re.compile(r"\b(?:re)?nam(?:e|ed|ing)\b|\bcall(?:ed)?\b", re.I)


def _asked(change: ResourceChange, request: str, named: Sequence[_Thing]) -> bool:
    """Whether a request names a resource and what forces its replacement: the argument, or the new value."""
    if change.kind is not ChangeKind.REPLACED or change.block not in {t.address for t in named}:
        return False
    lower = request.lower()
    stems = {w[:5] for w in re.findall(r"[a-z0-9]+", lower)}
    for attribute in change.attributes:
        if not attribute.forces_replacement:
            continue
        last = re.split(r"[.\[]", attribute.path)[0]
        words = [w for w in last.split("_") if w not in _WEAK and w not in change.type.split("_")]
        if any(w[:5] in stems for w in words):
            return True
        if last in ("name", "bucket", "identifier", "function_name") and _RENAMING.search(lower):
            return True
        if isinstance(attribute.after, str) and len(attribute.after) > 2 and attribute.after.lower() in lower:
            return True
    return False
