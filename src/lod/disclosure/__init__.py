"""Statistical disclosure control: rules, protection, the gate, clearances."""
