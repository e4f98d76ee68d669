"""The engines that carry out a plan."""
