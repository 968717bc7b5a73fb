"""Synthesis: scenarios from blueprints, and of each an intent, prompts and configurations."""
