"""ACM: certificates with DNS validation, private authorities."""

from __future__ import annotations

from terraformer.data.synthesis import parts
from terraformer.data.synthesis.blueprints.dns import domain, zone
from terraformer.data.synthesis.expressions import Raw
from terraformer.data.synthesis.registry import blueprint
from terraformer.data.synthesis.scenario import Say, Scene


@blueprint("acm", "route53", weight=3)
def certificate(s: Scene) -> None:
    """A certificate with DNS validation, in a new zone or one that exists."""
    name = domain(s)
    main = s.pick(name, f"*.{name}", f"www.{name}", f"api.{name}")
    node = s.resource(
        "aws_acm_certificate", "{ACM certificate|TLS certificate|certificate in ACM|SSL certificate}", "main"
    )
    node.set("domain_name", main, Say(post=f"for {main}", np=f"the domain {main}"))
    node.set(
        "validation_method",
        "DNS",
        Say(np="DNS validation", do="validate it {by|through|via} DNS", that="is validated {by|through|via} DNS"),
    )
    more = s.pick([], [f"*.{name}"] if not main.startswith("*") else [name], [f"shop.{name}"])
    if more:
        node.set(
            "subject_alternative_names",
            more,
            Say(
                np=f"{more[0]} as {{an alternative name|SAN}}",
                do=f"cover {more[0]}, too",
                that=f"also covers {more[0]}",
            ),
            extract=False,
        )
    if s.may(0.3):
        node.set("key_algorithm", s.pick("EC_prime256v1", "RSA_2048"), Say(np="{the |}key algorithm <v>"))
    node.lifecycle = (("create_before_destroy", True),)
    if s.may(0.7):
        if s.may(0.5):
            where, _ = zone(s, name)
        else:
            where = s.data("aws_route53_zone", "", "main")
            where.set("name", name, False, extract=False)
        rows = s.resource("aws_route53_record", "{validation records|DNS validation records}", "validation", said=False)
        rows.times(len(more) + 1)
        option = Raw("tolist({0})[count.index]", (node.ref("domain_validation_options"),))
        rows.link("zone_id", where, "zone_id")
        rows.set("allow_overwrite", True, False)
        for argument, part in (("name", "resource_record_name"), ("type", "resource_record_type")):
            rows.set(argument, Raw("{0}." + part, (option,)), False)
        rows.set("records", Raw("[{0}.resource_record_value]", (option,)), False)
        rows.set("ttl", 60, False)
        done = s.resource(
            "aws_acm_certificate_validation",
            "",
            "main",
            of=node,
            said=s.may(0.7),
            say=Say(
                np="the validation {in Route 53|through Route 53 records}",
                do="wait for {its |}validation with records in Route 53",
            ),
        )
        done.link("certificate_arn", node, "arn")
        done.set(
            "validation_record_fqdns",
            Raw("{0}[*].fqdn", (rows.ref(""),)),
            Say(implied=True, demand=parts.refers(rows, "validation_record_fqdns")),
        )
    if s.may(0.3):
        s.output("certificate_arn", node.ref("arn"), "the certificate's ARN")


@blueprint("acm", "acmpca")
def private_ca(s: Scene) -> None:
    node = s.resource(
        "aws_acmpca_certificate_authority", "{private certificate authority|private CA|ACM private CA}", "main"
    )
    kind = s.pick("ROOT", "ROOT", "SUBORDINATE")
    node.set("type", kind, Say(np="type <v>"))
    config = node.block("certificate_authority_configuration")
    algorithm, sign = s.pick(
        ("RSA_4096", "SHA512WITHRSA"), ("RSA_2048", "SHA256WITHRSA"), ("EC_prime256v1", "SHA256WITHECDSA")
    )
    config.set("key_algorithm", algorithm, None).set("signing_algorithm", sign, None)
    name = s.pick("ca.example.com", "Internal CA", "corp.example.org")
    config.block("subject").set("common_name", name, Say(np="{the |}common name <v>"), extract=False)
    node.set(
        "permanent_deletion_time_in_days",
        s.pick(7, 14, 30),
        Say(np="permanent deletion after <v> days", do="delete it for good after <v> days") if s.may(0.5) else False,
    )
