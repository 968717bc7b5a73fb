"""AWS data sources that are look-ups in published tables: service accounts, hosted zone ids, prebuilt images.

Source: terraform-provider-aws internal/service/{elb,elbv2,cloudtrail,redshift,meta,cloudfront,elasticbeanstalk,
sagemaker}/*_data_source.go for what is computed and for the messages; the values are in aws_tables.
"""

from __future__ import annotations

from terraformer.provider.data_sources.aws_regions import partition_of
from terraformer.provider.data_sources.aws_tables import SAGEMAKER_REPOSITORIES, table
from terraformer.provider.data_sources.reading import Reader, Reading

__all__ = ["CHECKS", "READERS"]


def _service_account(name: str, resource: str, message: str) -> Reader:
    def read(reading: Reading) -> None:
        account = table(name).get(reading.region)
        if account is None:
            reading.error(message.format(reading.region), code="region-unsupported")
            return
        reading.set("id", account)
        reading.set("arn", f"arn:{partition_of(reading.ctx.region).name}:iam::{account}:{resource}")

    return read


def _hosted_zone(name: str, message: str) -> Reader:
    def read(reading: Reading) -> None:
        _zone(reading, name, message)

    return read


def _zone(reading: Reading, name: str, message: str) -> None:
    zone = table(name).get(reading.region)
    if zone is None:
        reading.error(message.format(reading.region), code="region-unsupported")
        return
    reading.set("id", zone)
    reading.set("region", reading.region)


def _lb_hosted_zone(reading: Reading) -> None:
    kind = reading.text("load_balancer_type", "application")
    reading.set("load_balancer_type", "application")
    _zone(reading, "nlb-zone" if kind == "network" else "alb-zone", "unsupported AWS Region: {}")


def _check_lb_hosted_zone(reading: Reading) -> None:
    kind = reading.get("load_balancer_type")
    if isinstance(kind, str) and kind not in ("application", "network"):
        reading.error(
            f'expected load_balancer_type to be one of ["application" "network"], got {kind}',
            path=("load_balancer_type",),
        )


def _billing_account(reading: Reading) -> None:
    reading.set("id", "386209384616")
    reading.set("arn", f"arn:{partition_of(reading.ctx.region).name}:iam::386209384616:root")


def _cloudfront_log_user(reading: Reading) -> None:
    chinese = partition_of(reading.region).name == "aws-cn"
    reading.set(
        "id",
        "a52cb28745c0c06e84ec548334e44bfa7fc2a85c54af20cd59e4969344b7af56"
        if chinese
        else "c4c1ede66af53448b93c283ce9448c4ba468c9432aa01d700d3878632f77d2d0",
    )


def _prebuilt_image(reading: Reading) -> None:
    repository, region = reading.text("repository_name"), reading.region
    account = table(SAGEMAKER_REPOSITORIES.get(repository, "sagemaker-factor-machines")).get(region)
    if account is None:
        reading.error(
            f"no registry ID available for region ({region}) and repository ({repository})", code="region-unsupported"
        )
        return
    suffix = reading.text("dns_suffix") or partition_of(reading.ctx.region).suffix
    tag = reading.text("image_tag", "1")
    reading.set("id", account)
    reading.set("image_tag", "1")
    reading.set("registry_id", account)
    reading.set("registry_path", f"{account}.dkr.ecr.{region}.{suffix}/{repository}:{tag}")


def _check_prebuilt_image(reading: Reading) -> None:
    repository = reading.get("repository_name")
    if isinstance(repository, str) and repository not in SAGEMAKER_REPOSITORIES:
        known = " ".join(f'"{name}"' for name in sorted(SAGEMAKER_REPOSITORIES))
        reading.error(f"expected repository_name to be one of [{known}], got {repository}", path=("repository_name",))


READERS: dict[str, Reader] = {
    "aws_billing_service_account": _billing_account,
    "aws_cloudfront_log_delivery_canonical_user_id": _cloudfront_log_user,
    "aws_cloudtrail_service_account": _service_account(
        "cloudtrail-account", "root", "unsupported CloudTrail Service Account Region ({})"
    ),
    "aws_elastic_beanstalk_hosted_zone": _hosted_zone("beanstalk-zone", "unsupported Elastic Beanstalk Region ({})"),
    "aws_elb_hosted_zone_id": _hosted_zone("alb-zone", "unsupported AWS Region: {}"),
    "aws_elb_service_account": _service_account("elb-account", "root", "unsupported AWS Region: {}"),
    "aws_lb_hosted_zone_id": _lb_hosted_zone,
    "aws_redshift_service_account": _service_account("redshift-account", "user/logs", 'Unknown region ("{}")'),
    "aws_sagemaker_prebuilt_ecr_image": _prebuilt_image,
}
CHECKS: dict[str, Reader] = {
    "aws_lb_hosted_zone_id": _check_lb_hosted_zone,
    "aws_sagemaker_prebuilt_ecr_image": _check_prebuilt_image,
}
