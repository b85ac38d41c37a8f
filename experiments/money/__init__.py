"""Money: prices, a year's revenue and costs line by line, investments, and their present value.

Amounts are whole cents, so that lines add up to their total exactly; costs are negative. `configs/cost` has the prices.
"""
