"""Schema bundles: a provider's schema and plan semantics in one compact file that is read lazily by type.

INTERFACE (the schema engineer fills it in):

    class Bundle:
        source: str              # "hashicorp/aws"
        version: str             # "6.69.1": the provider's version, not the wheel's
        resource_types, data_source_types, ephemeral_types: tuple[str, ...]   # sorted
        provider_schema() -> ResourceSchema
        resource(type) -> ResourceSchema        # KeyError when unknown; cached
        data_source(type) -> ResourceSchema
        ephemeral(type) -> ResourceSchema
        functions: Mapping[str, Any]            # provider-defined functions, as in providers schema -json

    installed() -> list[BundleInfo]             # source, version, path, origin ("package" | "cache")
    load(source, constraint="") -> Bundle       # newest match; BundleError when there is no bundle of that source;
                                                # no version matches -> newest one (the caller warns: bundle.matched)
    latest(source) -> Bundle
    provider_for_type(type) -> str | None       # "aws_s3_bucket" -> "hashicorp/aws" (by prefix, then by bundle content)
"""
