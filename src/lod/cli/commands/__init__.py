"""The commands, one file each: its options, and what it says. They are imported when they are asked for."""
