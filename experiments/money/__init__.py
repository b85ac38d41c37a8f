"""Money: prices, what a year earns and costs line by line, what is built, and what it is worth today.

Amounts are whole cents, so that lines add up to their total exactly; costs are negative. `configs/cost` has the prices.
"""
