"""Evaluation: benchmarks, the runner, metrics and reports."""
