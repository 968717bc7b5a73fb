"""What a prompt says, found without a model: words, names, values, counts, and what is not wanted."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

__all__ = ["PromptFacts", "Token", "Value", "stem", "words_of"]

_WORD: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_./:@+*-]*[A-Za-z0-9*]|\d")
_TOKEN: Final = re.compile(r"[A-Za-z]+[A-Za-z0-9]*|\d+(?:\.\d+)*")

# Written in several ways; the form of Terraform's type names is on the right.
_SPELLINGS: Final = (
    (r"\broute[ _-]53\b", "route53"),
    (r"\belastic[ -]cache\b|\belasti[ -]cache\b", "elasticache"),
    (r"\bdynamo[ -]db\b", "dynamodb"),
    (r"\bevent[ -]bridge\b", "eventbridge"),
    (r"\bcloud[ -]watch\b", "cloudwatch"),
    (r"\bcloud[ -]front\b", "cloudfront"),
    (r"\bcloud[ -]trail\b", "cloudtrail"),
    (r"\bcode[ -]build\b", "codebuild"),
    (r"\bcode[ -]pipeline\b", "codepipeline"),
    (r"\bcode[ -]commit\b", "codecommit"),
    (r"\bcode[ -]deploy\b", "codedeploy"),
    (r"\bsage[ -]maker\b", "sagemaker"),
    (r"\bopen[ -]search\b", "opensearch"),
    (r"\belastic[ -]search\b", "elasticsearch"),
    (r"\bdocument ?db\b", "docdb"),
    (r"\blight[ -]sail\b", "lightsail"),
    (r"\bs-3\b", "s3"),
    (r"\bpostgres(?:ql|sql|s)*\b", "postgres"),
    (r"\bpost-gres\b", "postgres"),
    (r"\bload-balanc", "load balanc"),
    (r"\bauto-?scaling\b|\bauto scaling\b", "autoscaling"),
    (r"\bapi-?gateway\b", "api gateway"),
    (r"\bsecretsmanager\b", "secrets manager"),
    (r"\bkeypair\b", "key pair"),
    (r"\bapp sync\b", "appsync"),
    (r"\bguard duty\b", "guardduty"),
    (r"\bfire[ -]hose\b", "firehose"),
)

_NUMBERS: Final = {
    "a": 1,
    "an": 1,
    "one": 1,
    "single": 1,
    "two": 2,
    "both": 2,
    "pair": 2,
    "three": 3,
    "four": 4,
    "five": 5,
    "six": 6,
    "seven": 7,
    "eight": 8,
    "nine": 9,
    "ten": 10,
    "second": 2,
    "multiple": 2,
    "several": 2,
}

_NEGATION: Final = re.compile(
    r"\b(?:do not|don't|does not|must not|should not|without|no need (?:for|of)|not|avoid|exclud(?:e|ing)|never)\b"
    r"[^.;,\n]{0,80}",
    re.I,
)

_IRREGULAR: Final = {"policies": "policy", "replicas": "replica", "databases": "database", "indices": "index"}


def stem(word: str) -> str:
    """Lower case, plural dropped: enough to compare words of prompts with words of type and attribute names."""
    w = word.lower()
    if w in _IRREGULAR:
        return _IRREGULAR[w]
    if len(w) > 4 and w.endswith("ies"):
        return w[:-3] + "y"
    if len(w) > 4 and w.endswith(("sses", "xes", "ches", "shes")):
        return w[:-2]
    if len(w) > 3 and w.endswith("s") and not w.endswith(("ss", "us", "is")) and w not in _KEEP:
        return w[:-1]
    return w


_KEEP: Final = frozenset([
    "aws", "sns", "sqs", "rds", "eks", "ecs", "kms", "dms", "efs", "ebs", "ses", "dns", "acls", "tls", "https",
    "kinesis", "redis", "alias",
])  # fmt: skip


def words_of(name: str) -> tuple[str, ...]:
    """The stems of an identifier's words ("allocated_storage" -> ("allocated", "storage"))."""
    return tuple(stem(w) for w in re.split(r"[_\W]+", name) if w)


@dataclass(frozen=True, slots=True)
class Token:
    """A word of the prompt: ``start`` and ``end`` are its places in the (respelled) text."""

    text: str
    stem: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Value:
    """A value that stands in the prompt. ``kind``: "quoted", "number", "bool" or "word"."""

    kind: str
    text: str
    start: int
    end: int


@dataclass(frozen=True)
class PromptFacts:
    """The prompt, taken apart. All work is done when asked for and kept."""

    prompt: str

    @cached_property
    def text(self) -> str:
        """The prompt with the usual spelling variants of AWS terms made one."""
        text = self.prompt[:20_000].translate({0x201C: '"', 0x201D: '"', 0x2018: "'", 0x2019: "'", 0x60: "'"})
        for pattern, spelling in _SPELLINGS:
            text = re.sub(pattern, spelling, text, flags=re.I)
        return text

    @cached_property
    def tokens(self) -> tuple[Token, ...]:
        return tuple(Token(m[0], stem(m[0]), m.start(), m.end()) for m in _TOKEN.finditer(self.text))

    @cached_property
    def stems(self) -> frozenset[str]:
        return frozenset(t.stem for t in self.tokens if not self.negated(t.start))

    @cached_property
    def quoted(self) -> tuple[Value, ...]:
        """Quoted strings; an apostrophe inside a word opens nothing."""
        pattern = r'"([^"\n]{1,200})"|(?<![A-Za-z0-9])\'([^\'\n]{1,200})\'(?![A-Za-z0-9])'
        found = [
            Value("quoted", (m[1] or m[2]).strip().rstrip(",."), m.start(), m.end())
            for m in re.finditer(pattern, self.text)
        ]
        return tuple(v for v in found if v.text)

    @cached_property
    def literals(self) -> tuple[str, ...]:
        """What an answer must repeat as it is, each once: quoted texts, numbers in digits, and words that no language
        has (with a digit, "_", "/", "@", ":" or a dot inside). Nothing of what is not wanted."""
        words = (
            (m[0], m.start())
            for m in _WORD.finditer(self.text)
            if any(c.isdigit() or c in "_/@:." for c in m[0]) and m[0].lower() not in ("e.g", "i.e", "and/or")
        )
        values = [(v.text, v.start) for v in self.quoted]
        return tuple(dict.fromkeys(text for text, place in [*values, *words] if not self.negated(place)))

    @cached_property
    def _negations(self) -> tuple[tuple[int, int], ...]:
        return tuple((m.start(), m.end()) for m in _NEGATION.finditer(self.text))

    def negated(self, place: int) -> bool:
        """Whether the place lies in a clause that says what is not wanted."""
        return any(a <= place < b for a, b in self._negations)

    def _all(self, pattern: str) -> tuple[str, ...]:
        return tuple(dict.fromkeys(m[0] for m in re.finditer(pattern, self.text)))

    @cached_property
    def regions(self) -> tuple[str, ...]:
        """AWS region codes in the prompt, and those of the region names in words."""
        codes = r"\b(?:us|eu|ap|sa|ca|me|af|il|mx|cn|us-gov)-(?:north|south|east|west|central|northeast|southeast|" + (
            r"northwest|southwest)-\d\b"
        )
        found = list(self._all(codes))
        lower = self.text.lower()
        for name, code in _REGION_NAMES.items():
            if name in lower:
                found.append(code)
        return tuple(dict.fromkeys(found))

    @cached_property
    def zones(self) -> tuple[str, ...]:
        """Availability zones in the prompt."""
        return self._all(r"\b[a-z]{2}(?:-gov)?-[a-z]{4,9}-\d[a-f]\b")

    @cached_property
    def cidrs(self) -> tuple[str, ...]:
        return self._all(r"\b\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}/\d{1,2}\b")

    @cached_property
    def arns(self) -> tuple[str, ...]:
        return self._all(r"\barn:aws[\w-]*:[\w-]*:[\w-]*:(?:\d{12}|aws)?:[\w/.*:+=@-]+\b")

    @cached_property
    def domains(self) -> tuple[str, ...]:
        """Domain names, file names with code endings apart."""
        found = self._all(r"\b(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+(?:com|net|org|io|dev|co|edu|gov|info|app|cloud)\b")
        return tuple(d for d in found if not d.endswith("amazonaws.com"))

    @cached_property
    def emails(self) -> tuple[str, ...]:
        return self._all(r"\b[\w.+-]+@[\w-]+(?:\.[\w-]+)+\b")

    @cached_property
    def paths(self) -> tuple[str, ...]:
        """File names and paths."""
        return self._all(
            r"(?<![\w/.])(?:\.{0,2}/)?(?:[\w-]+/)*[\w-]+\.(?:zip|jar|py|js|html?|json|ya?ml|txt|sql|sh|csv|pdf)\b"
        )

    @cached_property
    def instance_types(self) -> tuple[str, ...]:
        return self._all(
            r"\b(?:[a-z]{2,5}\.)?[a-z]{1,3}\d[a-z]{0,3}\.(?:nano|micro|small|medium|large|\d*xlarge|metal)\b"
        )

    @cached_property
    def schedule(self) -> str | None:
        """A rate() or cron() expression for what the prompt says about time (UTC), if it does."""
        lower = self.text.lower()
        if m := re.search(r"\b(?:rate|cron)\([^)\n]{3,60}\)", self.text):
            return m[0]
        if m := re.search(r"every (\d+|one|two|three|four|five|six|ten|twelve)? ?(minute|hour|day|week)s?", lower):
            number = int(m[1]) if m[1] and m[1].isdigit() else _NUMBERS.get(m[1] or "", 12 if m[1] == "twelve" else 1)
            if m[2] != "week" and not (m[2] == "day" and number == 1):
                return f"rate({number} {m[2]}{'' if number == 1 else 's'})"
        daily = re.search(r"every ?day|daily|each day|once a day|nightly|midnight|every night", lower)
        hour: int | None = None
        minute = 0
        if "midnight" in lower:
            hour = 0
        elif "noon" in lower:
            hour = 12
        elif m := re.search(r"\b(?:at|by) (\d{1,2})(?::(\d\d))? ?(am|pm|utc|o'clock)?\b", lower):
            hour, minute = int(m[1]) % 24, int(m[2] or 0) % 60
            if m[3] == "pm" and hour < 12:
                hour += 12
            if m[3] == "am" and hour == 12:
                hour = 0
            if not (daily or m[3]):
                hour = None
        if "weekly" in lower or "every week" in lower:
            return f"cron({minute} {hour or 0} ? * SUN *)"
        if "monthly" in lower or "every month" in lower:
            return f"cron({minute} {hour or 0} 1 * ? *)"
        if daily or hour is not None:
            return f"cron({minute} {hour if hour is not None else 12} * * ? *)"
        if "hourly" in lower:
            return "rate(1 hour)"
        return None

    # words and values ------------------------------------------------------------------------------------------

    def find(self, words: Sequence[str], *, gap: int = 0) -> Iterator[tuple[int, int]]:
        """Token ranges [start, end) where the stems occur in order with at most ``gap`` other words between any two."""
        if not words:
            return
        tokens = self.tokens
        for i, token in enumerate(tokens):
            if token.stem != words[0]:
                continue
            at = i
            for word in words[1:]:
                following = [j for j in range(at + 1, min(at + 2 + gap, len(tokens))) if tokens[j].stem == word]
                if not following:
                    break
                at = following[0]
            else:
                yield i, at + 1

    def mentions(self, words: Sequence[str], *, gap: int = 1) -> bool:
        """Whether the words occur together somewhere, not in a negated clause."""
        return any(not self.negated(self.tokens[i].start) for i, _ in self.find(words, gap=gap))

    def _sentence_end(self, place: int) -> int:
        m = re.search(r"[.;!?](?:\s|$)|\n\s*\n", self.text[place:])
        return place + m.start() if m else len(self.text)

    def values_after(self, place: int, *, words: int = 6) -> Iterator[Value]:
        """Values in the next few words of the same sentence."""
        end = min(self._sentence_end(place), place + 120)
        quoted = [q for q in self.quoted if place <= q.start < end]
        inside = [t for t in self.tokens if place <= t.start < end][:words]
        out: list[Value] = [q for q in quoted if sum(t.start < q.start for t in inside) < words]
        for token in inside:
            if any(q.start <= token.start < q.end for q in self.quoted):
                continue
            lower = token.text.lower()
            if token.text[0].isdigit():
                out.append(Value("number", token.text, token.start, token.end))
            elif lower in ("true", "enabled", "enable", "on"):
                out.append(Value("bool", "true", token.start, token.end))
            elif lower in ("false", "disabled", "disable", "off"):
                out.append(Value("bool", "false", token.start, token.end))
        yield from sorted(out, key=lambda v: v.start)

    def number_before(self, index: int, *, words: int = 2) -> str | None:
        """A number in the few words before the token of that index ("200 GB storage", "5 allocated")."""
        for j in range(index - 1, max(-1, index - 1 - words), -1):
            text = self.tokens[j].text
            if text[0].isdigit():
                return text
            if self.text[self.tokens[j].end : self.tokens[j + 1].start].strip(" -") not in ("", '"', "'"):
                return None
        return None

    def count_before(self, index: int, last: int | None = None) -> int:
        """How many of the thing at the tokens index..last the prompt asks for: "two subnets" -> 2; 1 when it says none.

        Figures count only before a plural: "PostgreSQL 15 instance" is one.
        """
        noun = self.tokens[last if last is not None else index]
        plural = noun.text.lower() != noun.stem
        for j in range(index - 1, max(-1, index - 5), -1):
            token = self.tokens[j]
            between = self.text[token.end : self.tokens[j + 1].start]
            if re.search(r"[.,;:!?\n]", between):
                return 1
            lower = token.text.lower()
            if lower in ("the", "each", "every", "of", "with", "for", "to", "and", "in"):
                if lower == "of" and j and self.tokens[j - 1].text.lower() in ("pair", "couple", "number"):
                    return 2
                return 1
            if lower in _NUMBERS and lower not in ("a", "an", "second"):
                return _NUMBERS[lower]
            if re.fullmatch(r"[1-9]\d?", token.text) and plural:
                following = self.tokens[j + 1].text.lower()
                if following in ("gb", "gib", "mb", "tb", "minute", "minutes", "hour", "hours", "day", "days"):
                    return 1
                return min(int(token.text), 6)
        return 1

    @cached_property
    def own_words(self) -> tuple[str, ...]:
        """Words that name things rather than ask for them: good material for made-up names."""
        out = []
        for token in self.tokens:
            w = token.text.lower()
            if len(w) > 2 and w.isalpha() and w not in _DULL and not self.negated(token.start):
                out.append(w)
        return tuple(dict.fromkeys(out))[:12]


_REGION_NAMES: Final = {
    "n. virginia": "us-east-1",
    "northern virginia": "us-east-1",
    "north virginia": "us-east-1",
    "ohio": "us-east-2",
    "northern california": "us-west-1",
    "n. california": "us-west-1",
    "oregon": "us-west-2",
    "ireland": "eu-west-1",
    "frankfurt": "eu-central-1",
    "london": "eu-west-2",
    "paris": "eu-west-3",
    "stockholm": "eu-north-1",
    "tokyo": "ap-northeast-1",
    "singapore": "ap-southeast-1",
    "sydney": "ap-southeast-2",
    "mumbai": "ap-south-1",
    "sao paulo": "sa-east-1",
    "são paulo": "sa-east-1",
    "seoul": "ap-northeast-2",
}

_DULL: Final = frozenset(
    [
        "a", "about", "above", "access", "accomplish", "add", "additionally", "after", "all", "allow", "also",
        "amazon", "an", "and", "any", "are", "as", "at", "attach", "attached", "attribute", "aws", "based", "basic",
        "be", "been", "between", "both", "by", "can", "cloud", "code", "configuration", "configure", "configured",
        "craft", "create", "creates", "creating", "custom", "data", "default", "define", "deploy", "deployment",
        "different", "do", "each", "enable", "enabled", "ensure", "every", "example", "existing", "file",
        "following", "for", "from", "generate", "given", "group", "has", "have", "help", "host", "if", "in",
        "include", "including", "infrastructure", "into", "instance", "is", "it", "its", "link", "linked", "make",
        "manage", "managed", "me", "module", "must", "my", "name", "named", "need", "needed", "needs", "new", "not",
        "of", "on", "one", "only", "or", "our", "output", "own", "please", "policy", "provide", "provides",
        "provider", "provision", "region", "required", "resource", "resources", "role", "same", "script", "second",
        "see", "service", "set", "setting", "settings", "setup", "should", "simple", "single", "so", "some",
        "specific", "specified", "specify", "such", "sure", "system", "tag", "tags", "terraform", "test", "that",
        "the", "their", "them", "then", "there", "these", "they", "this", "three", "through", "to", "two", "type",
        "under", "up", "us", "use", "used", "user", "uses", "using", "value", "values", "via", "want", "we", "when",
        "where", "which", "will", "with", "within", "without", "write", "you", "your",
    ]
)  # fmt: skip
