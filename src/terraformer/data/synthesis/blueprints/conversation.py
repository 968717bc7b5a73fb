"""Lex, Connect."""

from __future__ import annotations

from terraformer.data.intents import Attribute, Operator
from terraformer.data.synthesis import parts
from terraformer.data.synthesis.registry import blueprint
from terraformer.data.synthesis.scenario import Say, Scene


@blueprint("lex", "iam", weight=1.5)
def chat_bot(s: Scene) -> None:
    """A bot with a locale, intents and what people say to it."""
    access = parts.execution_role(s, "lex", "bot")
    role = s.pick("booking", "support", "pizza")
    bot = s.resource("aws_lexv2models_bot", "{Lex V2 bot|Lex bot}", role).named("name", f"{role.capitalize()}Bot")
    bot.link("role_arn", access, "arn")
    minutes = s.pick(1, 5, 10)
    bot.set(
        "idle_session_ttl_in_seconds",
        minutes * 60,
        Say(
            np=f"{{a |}}session timeout of {minutes} minute{'s' * (minutes > 1)}",
            do=f"end sessions after {minutes} idle minute{'s' * (minutes > 1)}",
        ),
    )
    bot.block("data_privacy").set("child_directed", False, False, extract=False)
    language, shown = s.pick(("en_US", "US English"), ("de_DE", "German"), ("es_ES", "Spanish"))
    locale = s.resource(
        "aws_lexv2models_bot_locale",
        "locale",
        language,
        of=bot,
        say=Say(
            np=f"{{a |the |}}{language} locale",
            do=f"add {{the locale {language}|{shown} as a language}}",
            that=f"speaks {shown}",
        ),
    )
    locale.link("bot_id", bot).set("bot_version", "DRAFT", False, extract=False).implied("locale_id", language)
    locale.set(
        "n_lu_intent_confidence_threshold",
        s.pick(0.4, 0.5, 0.7),
        Say(np="{a |}confidence threshold of <v>") if s.may(0.5) else False,
    )
    if s.may(0.7):
        name = {"booking": "BookRoom", "support": "OpenTicket", "pizza": "OrderPizza"}[role]
        intent = s.resource("aws_lexv2models_intent", "{Lex intent|intent}", "main").named("name", name, True)
        intent.link("bot_id", bot, "id", Say(post="for <it>")).set("bot_version", "DRAFT", False, extract=False).set(
            "locale_id", locale.ref("locale_id"), False
        )
        phrase = {"booking": "I want to book a room", "support": "I have a problem", "pizza": "I would like a pizza"}[
            role
        ]
        intent.block(
            "sample_utterance",
            Say(np=f'the sample utterance "{phrase}"', do=f'react to "{phrase}"', that=f'reacts to "{phrase}"'),
        ).implied("utterance", phrase)


@blueprint("connect")
def contact_center(s: Scene) -> None:
    """An Amazon Connect instance, hours, a queue."""
    main = s.resource("aws_connect_instance", "{Amazon Connect instance|Connect instance}", "main")
    main.named("instance_alias", f"{s.pick('acme', 'support', 'helpdesk')}-{s.number(100, 9999)}")
    main.set(
        "identity_management_type",
        "CONNECT_MANAGED",
        Say(np="users managed by Connect", do="manage users in Connect") if s.may(0.5) else False,
    )
    both = s.may(0.7)
    main.set("inbound_calls_enabled", True, Say(np="inbound calls{ enabled|}", do="allow inbound calls"))
    main.set(
        "outbound_calls_enabled",
        both,
        Say(np="outbound calls{ enabled|}", do="allow outbound calls")
        if both
        else Say(np="no outbound calls", do="disallow outbound calls"),
    )
    if s.may(0.6):
        zone = s.pick("Europe/Berlin", "America/New_York", "UTC")
        hours = s.resource(
            "aws_connect_hours_of_operation", "{schedule of opening hours|Connect schedule of opening hours}", "office"
        ).named("name", s.pick("Office hours", "Support hours"))
        hours.link("instance_id", main)
        hours.set("time_zone", zone, Say(np="{the |}time zone <v>"))
        for day in ("MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY"):
            config = hours.block("config")
            config.set("day", day, False, extract=False)
            config.block("start_time").set("hours", 9, False, extract=False).set("minutes", 0, False, extract=False)
            config.block("end_time").set("hours", 17, False, extract=False).set("minutes", 0, False, extract=False)
        hours.says(
            Say(
                np="opening from Monday to Friday, 9 to 17",
                do="open it Monday to Friday from 9 to 17",
                demand=(
                    *(Attribute(("config", "day"), Operator.EQUALS, d) for d in ("MONDAY", "FRIDAY")),
                    Attribute(("config", "start_time", "hours"), Operator.EQUALS, 9),
                    Attribute(("config", "end_time", "hours"), Operator.EQUALS, 17),
                ),
            )
        )
        queue = s.resource("aws_connect_queue", "{Connect queue|queue}", "support").named(
            "name", s.pick("Support", "Sales")
        )
        queue.link("instance_id", main, "id", Say(post="in <it>"))
        queue.link("hours_of_operation_id", hours, "hours_of_operation_id", Say(np="<it>", that="uses <it>"))
