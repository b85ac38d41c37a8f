"""Money: prices, a year's revenue and costs line by line, investments, and their present value.

Amounts are whole cents, so lines add up to their total exactly. Costs are negative. `configs/cost` has the prices.
"""
