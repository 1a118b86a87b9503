"""Charts as plain Plotly dictionaries (half the cost of figure objects), and the cache of numbers."""
