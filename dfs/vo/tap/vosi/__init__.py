"""What the service says of itself: capabilities, tables, availability, examples (VOSI 1.1, TAPRegExt 1.0, DALI 1.1)."""
