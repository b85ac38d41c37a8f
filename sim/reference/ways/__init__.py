"""Ways through the rules, each read from the tables of a hub: whether a small hub took it."""
