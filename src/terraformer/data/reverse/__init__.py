"""Reverse synthesis: from a configuration that plans to what a person would have asked to get it."""
