"""How a grid of cases is computed: tables of what is slow, and what looks cases up in them."""
