"""省内评价: trees of indicators with weights, values out of the published figures, scores, and what a snapshot of them holds.

No formula stands here: a leaf names an indicator, and its value is that indicator's, as every other page shows it.
"""
