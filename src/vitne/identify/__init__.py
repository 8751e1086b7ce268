"""Known values, declared senders and patterns: what of a person stands in the unwrapped bytes."""
