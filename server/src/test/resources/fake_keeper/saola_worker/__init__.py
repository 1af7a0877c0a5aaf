"""Stands in for the worker package where only the keeper's pipes are tested."""
