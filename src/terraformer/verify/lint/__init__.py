"""Lint: TFLint's rules of the Terraform language, what providers deprecate, and AWS values that are surely wrong.

``engine`` runs the rules (in the worker), ``tflint`` puts TFLint in the place of its own ones where it is installed.
Nothing is imported here: the parent of the workers needs little of it.
"""
