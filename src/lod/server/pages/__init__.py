"""What people look at: one module a kind of page, and what all pages share."""
