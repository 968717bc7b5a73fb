"""Changes of configurations that deploy: typed operators, the requests for them, and proof by real Terraform.

An *operator* is a function that looks at one block of a parsed configuration (a ``Target``) and gives a ``Change``,
or None where it does not apply: the text after, made by a ``Draft`` of splices so that all else stays byte for byte;
the words in which people ask for it (``Say``); and what these words demand (``ChangeDemand``, ``Demand``). **What is
said is demanded, nothing else is, and what is not said stays.** One to three operators are composed (``compose``),
their requests joined in one voice (``requests``), and the result is judged (``applied.judge``): the configuration
before is applied hermetically, the one after is planned against that state, and Rego, the direct judgement and the
preservation rules must all agree. Writing one: docs/guide/operators.md; trying it: benchmarks/operators.py.

    @operator("messaging", "aws_sqs_queue")
    def queue_retention(t: Target) -> Change | None:
        days = t.another((1, 4, 7, 14), t.values.get("message_retention_seconds", 345600) // 86400)
        seconds = days * 86400
        draft = t.draft().set(t.block, "message_retention_seconds", str(seconds))
        return t.change(
            draft,
            "{keep|retain} {the messages of <it>|messages in <it>} for <days> days",
            t.updated(message_retention_seconds=seconds),
            should="messages in <it> should be kept for <days> days",
            days=days,
        )
"""
