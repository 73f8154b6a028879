"""Every control of the calculator as data: what it is called, what it accepts, what can be chosen."""
