"""Statistics as text: the dataset card (Markdown with the header that Hugging Face reads), and a page for terminals."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final

from terraformer.data.records import record_schema

__all__ = ["card_text", "split_files", "terminal_text"]

_SHARD: Final = re.compile(r"(?P<split>[A-Za-z_]+(?:-[A-Za-z_]+)*)-\d{5}(?:-of-\d{5})?\.parquet")
_MOST: Final = 40

_COLUMNS: Final = {
    "id": "SHA-256 of what is asked and answered: kind, prompt, configurations, intent and policies",
    "kind": "generation (prompt to after), mutation (prompt and before to after) or repair (before to after)",
    "prompt": "the request",
    "messages": "the chat form where it was fixed; empty where it is to be rendered (`terraformer data export`)",
    "before": "files of the configuration to change or to mend; null for a generation",
    "before_root": "directory of its root module",
    "after": "files of the answer, which was verified",
    "after_root": "directory of its root module",
    "intent": "what the prompt demands, as JSON; null without",
    "policies": "the same as Rego, module by module",
    "certificates": "what verification found in `before`, as a JSON list (repair)",
    "resource_types": "types of the managed resources that are planned",
    "services": "services that they belong to",
    "difficulty": "1 to 6, by planned resources and demands; null where not graded",
    "source": "the blueprint, or repository, commit and path",
    "family": "the voice of the prompt; with `source` the unit of splits",
    "licence": "SPDX",
    "seed": "of the run; null without",
    "versions": "what verified, as a JSON object: the tool, Terraform core, schema bundles",
    "split": "train, validation, test or heldout-service",
    "metadata": "anything else, as a JSON object: `operators` of a mutation, `faults` of a repair, `scenario`",
}
_TASKS: Final = {
    "generation": "a request in plain language and a Terraform configuration that meets it",
    "mutation": "a configuration, a request to change it, and the changed configuration",
    "repair": "a configuration that does not pass verification, what was found in it, and the mended configuration",
}


def split_files(names: Iterable[str]) -> dict[str, str]:
    """Splits with the pattern of their shards, by the files' names ("train-00000-of-00003.parquet"); empty when a file
    is named otherwise. Names of splits hold letters and underscores alone, as load_dataset wants them."""
    found: dict[str, str] = {}
    for name in names:
        match = _SHARD.fullmatch(name)
        if match is None:
            return {}
        found[match["split"].replace("-", "_")] = f"{match['split']}-*.parquet"
    order = ("train", "validation", "test")
    return dict(sorted(found.items(), key=lambda item: (order.index(item[0]) if item[0] in order else 9, item[0])))


# --- the card --------------------------------------------------------------------------------------------------------


def card_text(
    statistics: Mapping[str, Any],
    *,
    title: str,
    shards: Sequence[str],
    folder: str = "data",
    plots: Sequence[str] = (),
) -> str:
    """README.md of a dataset directory. ``shards`` are the names of the parquet files in ``folder``; ``plots`` those of
    images in images/."""
    s = statistics
    parts = [
        _header(s, title, shards, folder),
        f"\n# {title}\n\n{_summary(s)}\n",
        _loading(shards, folder),
        "\n## Splits\n\n",
        _splits(s),
        "\n## What is in it\n\n",
        _contents(s, plots),
        "\n## Prompts\n\n",
        _prompts(s, plots),
        _audit(s),
        _duplicates(s),
        _making(s),
        "\n## Columns\n\n",
        f"Version {s['record_version']} of the schema of records.\n\n",
        _table(
            ("column", "type", ""), [(f"`{f.name}`", f"`{f.type}`", _COLUMNS.get(f.name, "")) for f in record_schema()]
        ),
    ]
    return "".join(parts)


def _header(s: Mapping[str, Any], title: str, shards: Sequence[str], folder: str) -> str:
    licences = [name.lower() for name in s["licences"] if name != "none"]
    count = s["records"]
    size = next(
        name
        for most, name in (
            (1_000, "n<1K"),
            (10_000, "1K<n<10K"),
            (100_000, "10K<n<100K"),
            (1_000_000, "100K<n<1M"),
            (float("inf"), "1M<n<10M"),
        )
        if count < most
    )
    lines = ["---"]
    lines.append(f"license: {_yaml(licences[0])}" if len(licences) == 1 else "license: other")
    if len(licences) > 1:
        lines.append(f"license_name: {_yaml('see the column licence: ' + ', '.join(licences[:20]))}")
    lines += [f"pretty_name: {_yaml(title)}", "language:", "- en", "task_categories:", "- text-generation", "tags:"]
    lines += [f"- {tag}" for tag in ("terraform", "hcl", "infrastructure-as-code", "opa", "rego", "synthetic", "code")]
    lines += ["size_categories:", f"- {size}", "configs:", "- config_name: default", "  data_files:"]
    prefix = f"{folder}/" if folder not in ("", ".") else ""
    splits = split_files(shards)
    for split, pattern in splits.items():
        lines += [f"  - split: {split}", f"    path: {_yaml(prefix + pattern)}"]
    if not splits:
        lines += ["  - split: train", f"    path: {_yaml(prefix + '*.parquet')}"]
    return "\n".join([*lines, "---", ""])


def _summary(s: Mapping[str, Any]) -> str:
    kinds = [f"{n:,} of kind *{kind}* ({_TASKS.get(kind, kind)})" for kind, n in s["kinds"].items()]
    sources = [f"{n:,} come from {_ORIGINS.get(kind, kind)}" for kind, n in s["sources"]["by_kind"].items()]
    return (
        f"{s['records']:,} records: {'; '.join(kinds)}. The makers of records keep what Terraform formats, compiles "
        "and plans against the provider's schemas without a warning and whose plan meets the record's own policy "
        f"(Rego); `terraformer data validate` proves it again. {'; '.join(sources)}: from "
        f"{s['sources']['count']:,} different sources in all.\n\n"
        f"{len(s['resource_types']):,} resource types and {len(s['data_sources']):,} data sources of "
        f"{len(s['services']):,} services. Verified by: {', '.join(list(s['versions'])[:8]) or 'not told'}."
    )


_ORIGINS: Final = {
    "blueprint": "written blueprints",
    "longtail": "blueprints derived from schemas",
    "repository": "public repositories under permissive licences (the column `source` names repository and commit)",
}


def _loading(shards: Sequence[str], folder: str) -> str:
    splits = split_files(shards)
    split = next(iter(splits), "train")
    pattern = f"{folder}/{splits[split]}" if splits else f"{folder}/*.parquet"
    return (
        "\n```python\n"
        "from datasets import load_dataset\n\n"
        f'rows = load_dataset("DIRECTORY", split="{split}")\n\n'
        "import polars\n\n"
        f'frame = polars.scan_parquet("DIRECTORY/{pattern}")\n'
        "```\n"
    )


def _splits(s: Mapping[str, Any]) -> str:
    kinds = list(s["kinds"])
    rows = [
        (split, f"{n:,}", _percent(n / s["records"]), *(f"{s['split_kinds'].get(f'{split} {k}', 0):,}" for k in kinds))
        for split, n in s["splits"].items()
    ]
    return (
        _table(("split", "records", "share", *kinds), rows)
        + "\nThe unit of splits is a *combination*: for a generation the blueprint or file with the voice of the "
        "prompt, for a mutation or repair the blueprint or file with its operators or faults. " + _separation(s)
    )


def _separation(s: Mapping[str, Any]) -> str:
    x = s["separation"]
    told = [
        f"{x['combinations']:,} combinations, {x['combinations_in_several_splits']:,} of them in more than one split",
        f"{x['scenarios']:,} scenarios, {x['scenarios_in_several_splits']:,} of them in more than one split",
    ]
    if x["crossing"] is not None:
        told.append(f"{x['crossing']:,} records with nearly the request or nearly the answer of one in another split")
    alone = [f"only *{split}* has {', '.join(names)}" for split, names in x["services_alone"].items() if names]
    return f"Counted here: {'; '.join(told)}." + (f" Services: {'; '.join(alone)}." if alone else "") + "\n"


def _contents(s: Mapping[str, Any], plots: Sequence[str]) -> str:
    parts = [
        _table(
            ("a configuration has", "mean", "median", "5% below", "5% above", "most"),
            [
                _quantile_row("resource blocks", s["resources"]),
                *(_quantile_row(name, q) for name, q in s["sizes"].items() if q["max"]),
            ],
        ),
        "\nTokens are words, numbers and single signs.\n",
    ]
    parts += [_image(name, plots, words) for name, words in (
        ("resources.png", "Resource blocks in a configuration"), ("difficulty.png", "Difficulty"),
        ("constructs.png", "Constructs"), ("services.png", "Services"), ("resource-types.png", "Resource types"),
        ("operators.png", "Change operators"), ("faults.png", "Faults"),
    )]  # fmt: skip
    parts.append("\n" + _table(
        ("construct", "configurations"), [(name, _percent(share)) for name, share in s["constructs"].items()]
    ))  # fmt: skip
    for key, title in (
        ("difficulty", "difficulty"),
        ("services", "service"),
        ("resource_types", "resource type"),
        ("data_sources", "data source"),
        ("operators", "change operator"),
        ("faults", "fault"),
        ("fault_codes", "certificate"),
        ("licences", "licence"),
        ("repositories", "repository, commit and licence"),
    ):
        parts.append(_counts(s, key, title, len(s[key]) if key == "repositories" else _MOST))
    return "".join(parts)


def _counts(s: Mapping[str, Any], key: str, title: str, most: int = _MOST) -> str:
    counts = s[key]
    if not counts or list(counts) == ["none"]:
        return ""
    rows = [(name, f"{n:,}", _percent(n / s["records"])) for name, n in list(counts.items())[:most]]
    more = f"\nThe {most} most frequent of {len(counts):,}.\n" if len(counts) > most else ""
    return f"\n{_table((title, 'records', 'share'), rows)}{more}"


def _prompts(s: Mapping[str, Any], plots: Sequence[str]) -> str:
    p = s["prompts"]
    parts = [
        f"{p['distinct_prompts']:,} different prompts; {p['vocabulary']:,} different words.\n\n",
        _table(
            ("split", "prompts", "words: mean", "median", "5% below", "5% above", "orders", "asks"),
            [
                (
                    name, f"{m['prompts']:,}", m["words"]["mean"], m["words"]["median"], m["words"]["p5"],
                    m["words"]["p95"], _percent(m["traits"]["imperative"]), _percent(m["traits"]["question"]),
                )
                for name, m in (("all", p), *s["prompts_by_split"].items())
            ],
        ),
        "\n",
        _counts(s, "families", "voice"),
        _image("prompt-length.png", plots, "Length of prompts"),
        _image("openings.png", plots, "First words of prompts"),
        "\n",
        _table(
            ("opening", "different", "entropy in bits", "most frequent"),
            [
                (f"{n} word{'s' * (n != '1')}", f"{o['distinct']:,}", o["entropy"],
                 ", ".join(f"{w} {_percent(share)}" for w, share in o["top"][:8]))
                for n, o in p["openings"].items()
            ],
        ),
    ]  # fmt: skip
    return "".join(parts)


def _audit(s: Mapping[str, Any]) -> str:
    a = s["audit"]
    if a is None:
        return ""
    rows = [
        (name, m["reference"], m["mean"], f"{m['low']} to {m['high']}", _outside(m))
        for name, m in a["measures"].items()
    ]  # fmt: skip
    away = [
        (name, d["to_reference"], d["by_chance"] if d["by_chance"] is not None else "")
        for name, d in a["divergences"].items()
    ]
    v = a["vocabulary"]
    return (
        f"\n### Audit against {a['reference_prompts']} prompts of {a['against']}\n\n"
        f"Samples of {a['size']} prompts, so that both have as much text; the interval holds 95% of samples.\n\n"
        + _table(("", "reference", "this dataset", "95%", ""), rows)
        + "\n"
        + _table(("Jensen-Shannon divergence of", "to the reference", "by chance alone"), away)
        + f"\n{_percent(v['different_words'])} of the reference's different words, {_percent(v['running_words'])} of "
        "its running words, are used in this dataset"
        + (f"; of its words that are not: {', '.join(v['missing'][:25])}.\n" if v["missing"] else ".\n")
    )


def _duplicates(s: Mapping[str, Any]) -> str:
    d = s["duplicates"]
    if d is None:
        return ""
    return (
        f"\n## Duplicates\n\nAt a Jaccard similarity of {d['similarity']}, names not counted: "
        f"{_percent(d['request'], 2)} of records have nearly the request of an earlier one (with another answer: "
        "clones are wanted), "
        f"{_percent(d['answer'], 2)} nearly its answer, {_percent(d['both'], 2)} nearly both. "
        f"{s['records'] - s['distinct_ids']:,} records are there twice.\n"
    )


def _making(s: Mapping[str, Any]) -> str:
    m = s["manifest"]
    if m is None:
        return ""
    making = m.get("making", {})
    rows = [(reason, f"{n:,}") for reason, n in (*m.get("rejected", {}).items(), *m.get("dropped", {}).items())]
    text = (
        f"\n## Making\n\nMade by `{m.get('command', '')}`: {m.get('candidates', 0):,} candidates of "
        f"{m.get('units', 0):,} units, of which {_percent(m.get('yield', 0))} became records; "
        f"{making.get('records a second')} records a second ({making.get('records a worker second')} a second and "
        "worker). Content (SHA-256 of the sorted ids): "
        f"`{m.get('content', '')}`.\n"
    )
    return text + ("\n" + _table(("left out because", "candidates"), rows) if rows else "")


# --- the terminal ----------------------------------------------------------------------------------------------------


def terminal_text(statistics: Mapping[str, Any]) -> str:
    """The same in short, for a terminal."""
    s = statistics
    lines = [f"{s['records']:,} records, {s['distinct_ids']:,} different"]

    def block(title: str, counts: Mapping[str, int], most: int = 12) -> None:
        if not counts or list(counts) == ["none"]:
            return
        lines.append(f"\n{title} ({len(counts):,})")
        width = max(len(name) for name in list(counts)[:most])
        for name, n in list(counts.items())[:most]:
            lines.append(f"  {name:<{width}} {n:>9,}  {_percent(n / s['records']):>6}")

    for key, title in (
        ("splits", "splits"),
        ("kinds", "kinds"),
        ("difficulty", "difficulty"),
        ("services", "services"),
        ("resource_types", "resource types"),
        ("data_sources", "data sources"),
        ("families", "voices"),
        ("operators", "change operators"),
        ("faults", "faults"),
        ("fault_codes", "certificates"),
    ):
        block(title, s[key])
    block("origins", s["sources"]["by_kind"])
    r, w = s["resources"], s["prompts"]["words"]
    lines.append(f"\nresource blocks: mean {r['mean']}, median {r['median']}, 95% up to {r['p95']}, most {r['max']}")
    lines.append(f"words of a prompt: mean {w['mean']}, median {w['median']}, 95% up to {w['p95']}")
    lines.append("constructs: " + ", ".join(f"{n} {_percent(v)}" for n, v in s["constructs"].items() if v))
    if s["duplicates"] is not None:
        d = s["duplicates"]
        lines.append(
            f"near an earlier record (similarity {d['similarity']}): request {_percent(d['request'], 2)}, "
            f"answer {_percent(d['answer'], 2)}, both {_percent(d['both'], 2)}"
        )
    if s["audit"] is not None:
        a = s["audit"]
        lines.append(f"\naudit against {a['reference_prompts']} prompts of {a['against']}, samples of {a['size']}")
        width = max(len(name) for name in a["measures"])
        for name, m in a["measures"].items():
            outside = f"  {_outside(m)}".rstrip()
            shown = f"{m['reference']:>9.4g}  here {m['mean']:<9.4g}({m['low']:.4g} to {m['high']:.4g})"
            lines.append(f"  {name:<{width}} {shown}{outside}")
        for name, d in a["divergences"].items():
            lines.append(f"  divergence of {name}: {d['to_reference']} (by chance {d['by_chance']})")
        v = a["vocabulary"]
        lines.append(
            f"  vocabulary: {_percent(v['different_words'])} of its words, {_percent(v['running_words'])} running"
        )
    return "\n".join(lines) + "\n"


def _outside(m: Mapping[str, float]) -> str:
    return "" if m["low"] <= m["reference"] <= m["high"] else "outside"


# --- pieces ----------------------------------------------------------------------------------------------------------


def _quantile_row(name: str, q: Mapping[str, float]) -> tuple[Any, ...]:
    return (name, q["mean"], q["median"], q["p5"], q["p95"], q["max"])


def _image(name: str, plots: Sequence[str], words: str) -> str:
    return f"\n![{words}](images/{name})\n" if name in plots else ""


def _percent(share: float, digits: int = 1) -> str:
    return f"{100 * share:.{digits}f}%"


def _table(head: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    cell: Callable[[Any], str] = lambda value: str(value).replace("|", "\\|").replace("\n", " ")  # noqa: E731
    lines = [f"| {' | '.join(head)} |", f"|{'---|' * len(head)}"]
    lines += [f"| {' | '.join(map(cell, row))} |" for row in rows]
    return "\n".join(lines) + "\n"


def _yaml(text: str) -> str:
    """A scalar, quoted: JSON strings are YAML."""
    return json.dumps(text, ensure_ascii=False)
