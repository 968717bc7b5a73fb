"""Contributor-time tools that read a provider's Go sources and write the facts which the validators check.

Nothing here runs in a user's process. ``tree-sitter-go`` must be installed (it is no dependency of the package), and
``botocore`` for the members of the AWS SDK's enumerations. See ``facts.py`` for how to run it.
"""
